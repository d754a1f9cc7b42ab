import type { Grid } from '../../../shared/engine/grid.js';
import { convolutionWindow, poolingWindow, type Window } from '../../../shared/models/layers/window.js';
import type { PlacedLayer } from '../../../shared/models/network.js';
import { sizeOf } from '../../../shared/params/layout.js';
import type { CompressedModel } from '../../../shared/compression/model.js';

/*
 * Inference on integers as a microcontroller would do it, written from the definition and not from the export: products of
 * bytes into 32-bit sums, biases as 32-bit integers, then one float factor a channel.
 */

/** What a layer gives for one example, channels last: levels of a grid, or numbers where there is none. */
interface Value {
  readonly shape: readonly number[];
  readonly numbers: Float64Array;
  /** Levels minus the zero point, and what one is worth; null where it is not quantized. */
  readonly integers: { readonly offsets: Int32Array; readonly scale: number } | null;
}

const halfToEven = (value: number): number => {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
};

const toGrid = (numbers: ArrayLike<number>, { scales: [scale], zeroPoints: [zero], least, most }: Grid): Int32Array =>
  Int32Array.from(numbers, (number) =>
    Math.min(most, Math.max(least, halfToEven(Math.fround(Math.fround(number) / scale)) + zero)),
  );

const quantized = (shape: readonly number[], numbers: ArrayLike<number>, grid: Grid | undefined): Value => {
  if (grid === undefined) return { shape, numbers: Float64Array.from(numbers), integers: null };
  const [zero, scale] = [grid.zeroPoints[0], grid.scales[0]];
  const offsets = toGrid(numbers, grid).map((level) => level - zero);
  return { shape, numbers: Float64Array.from(offsets, (offset) => offset * scale), integers: { offsets, scale } };
};

const functions: Readonly<Record<string, (x: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
  relu6: (x) => Math.min(6, Math.max(0, x)),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

/** A kernel as integers, [positions, inputs, outputs] for all that follows, with what one is worth in each channel. */
interface Kernel {
  readonly levels: Int32Array;
  readonly scales: Float32Array;
  readonly bias: Float32Array | null;
}

const kernelOf = ({ network, parameters, quantization }: CompressedModel, { tensors }: PlacedLayer): Kernel => {
  const values = (name: string | undefined): Float32Array | null => {
    const place = network.layout.tensors.find((tensor) => tensor.name === name);
    return place === undefined ? null : parameters.floats.slice(place.offset, place.offset + place.size);
  };
  const grid = quantization?.weights.get(tensors['kernel']);
  const kernel = values(tensors['kernel']);
  if (grid === undefined || kernel === null) throw new Error('a kernel without a grid');
  // Fewer than 8 bits are moved up to 7, so that the bias is finer.
  const up = grid.bits < 8 ? 7 - grid.bits : 0;
  const channels = grid.scales.length;
  const levels = Int32Array.from(kernel, (value, i) => Math.round(value / grid.scales[i % channels]) << up);
  return { levels, scales: grid.scales.map((scale) => scale / 2 ** up), bias: values(tensors['bias']) };
};

/** Products of one output: the input's place and the weight's, by taps. */
type Products = (visit: (input: number, weight: number) => void) => void;

const finished = (
  value: Value,
  { levels, scales, bias }: Kernel,
  outputs: number,
  shape: readonly number[],
  productsOf: (output: number) => Products,
  activation: string,
): Float64Array => {
  if (value.integers === null) throw new Error('a layer of integers that takes floats');
  const { offsets, scale } = value.integers;
  return Float64Array.from({ length: sizeOf(shape) }, (_, at) => {
    const channel = at % outputs;
    const worth = Math.fround(scale * scales[channel % scales.length]);
    let sum = bias === null ? 0 : Math.round(bias[channel] / worth) | 0;
    productsOf(at)((input, weight) => {
      sum = (sum + Math.imul(offsets[input], levels[weight])) | 0;
    });
    return functions[activation](sum * worth);
  });
};

const windowPlaces = (
  [vertical, horizontal]: Window,
  row: number,
  column: number,
  visit: (y: number, x: number, tap: number) => void,
): void => {
  for (let i = 0; i < vertical.size; i++) {
    for (let j = 0; j < horizontal.size; j++) {
      const y = row * vertical.stride + i * vertical.dilation - vertical.before;
      const x = column * horizontal.stride + j * horizontal.dilation - horizontal.before;
      if (y >= 0 && x >= 0 && y < vertical.input && x < horizontal.input) visit(y, x, i * horizontal.size + j);
    }
  }
};

const convolve = (
  model: CompressedModel,
  layer: PlacedLayer<'conv2d' | 'depthwiseConv2d'>,
  value: Value,
): Float64Array => {
  const { outputShape: shape, options } = layer;
  const [, width, outputs] = shape;
  const [, inputWidth, channels] = value.shape;
  const window = convolutionWindow(value.shape, options);
  const isDepthwise = layer.kind === 'depthwiseConv2d';
  const groups = isDepthwise ? channels : layer.options.groups;
  const [each, own] = [channels / groups, outputs / groups];
  const productsOf =
    (at: number): Products =>
    (visit) => {
      const [output, column, row] = [at % outputs, Math.floor(at / outputs) % width, Math.floor(at / outputs / width)];
      const group = Math.floor(output / own);
      windowPlaces(window, row, column, (y, x, tap) => {
        for (let c = 0; c < each; c++) {
          const input = (y * inputWidth + x) * channels + group * each + c;
          visit(input, (tap * each + c) * outputs + output);
        }
      });
    };
  return finished(value, kernelOf(model, layer), outputs, shape, productsOf, options.activation);
};

const pooled = (layer: PlacedLayer<'maxPooling2d' | 'averagePooling2d'>, value: Value): Value => {
  const { outputShape: shape, options } = layer;
  const [, width, channels] = shape;
  const [, inputWidth] = value.shape;
  const window = poolingWindow(value.shape, options);
  const places = Array.from({ length: sizeOf(shape) }, (_, at) => {
    const found: number[] = [];
    const position = Math.floor(at / channels);
    windowPlaces(window, Math.floor(position / width), position % width, (y, x) =>
      found.push((y * inputWidth + x) * channels + (at % channels)),
    );
    return found;
  });
  if (layer.kind === 'averagePooling2d') {
    const numbers = places.map((seen) => seen.reduce((sum, place) => sum + value.numbers[place], 0) / seen.length);
    return { shape, numbers: Float64Array.from(numbers), integers: null };
  }
  const largest = places.map((seen) =>
    seen.reduce((best, place) => (value.numbers[place] > value.numbers[best] ? place : best)),
  );
  const numbers = Float64Array.from(largest, (place) => value.numbers[place]);
  const { integers } = value;
  const offsets = integers === null ? null : Int32Array.from(largest, (place) => integers.offsets[place]);
  return { shape, numbers, integers: integers === null || offsets === null ? null : { ...integers, offsets } };
};

const layerValue = (model: CompressedModel, layer: PlacedLayer, inputs: readonly Value[]): Value => {
  const [value] = inputs;
  const { outputShape: shape } = layer;
  switch (layer.kind) {
    case 'dense': {
      const { units, activation } = layer.options;
      const productsOf =
        (at: number): Products =>
        (visit) => {
          for (let i = 0; i < value.numbers.length; i++) visit(i, i * units + at);
        };
      return {
        shape,
        numbers: finished(value, kernelOf(model, layer), units, shape, productsOf, activation),
        integers: null,
      };
    }
    case 'conv2d':
    case 'depthwiseConv2d':
      return { shape, numbers: convolve(model, layer, value), integers: null };
    case 'maxPooling2d':
    case 'averagePooling2d':
      return pooled(layer, value);
    case 'flatten':
      return { ...value, shape };
    case 'activation':
      return { shape, numbers: value.numbers.map(functions[layer.options.activation]), integers: null };
    case 'add': {
      const numbers = value.numbers.map((number, i) =>
        inputs.slice(1).reduce((sum, other) => sum + other.numbers[i], number),
      );
      return { shape, numbers, integers: null };
    }
    case 'globalAveragePooling2d': {
      const channels = shape[0];
      const sums = new Float64Array(channels);
      for (const [i, number] of value.numbers.entries()) sums[i % channels] += number;
      return { shape, numbers: sums.map((sum) => (sum * channels) / value.numbers.length), integers: null };
    }
    default:
      throw new Error(`no integers for ${layer.kind}`);
  }
};

/** The logits of one example. @param input scaled, channels last */
export const integerLogitsOf = (model: CompressedModel, input: ArrayLike<number>): Float64Array => {
  const { network, quantization } = model;
  if (quantization === null) throw new Error('not quantized');
  const values = new Map([['input', quantized(network.network.input, input, quantization.activations.get('input'))]]);
  for (const layer of network.layers) {
    const inputs = layer.from.map((name) => values.get(name)).filter((value) => value !== undefined);
    const given = layerValue(model, layer, inputs);
    const grid = quantization.activations.get(layer.name);
    values.set(layer.name, grid === undefined ? given : quantized(given.shape, given.numbers, grid));
  }
  return values.get(network.layers.at(-1)?.name ?? '')?.numbers ?? new Float64Array(0);
};
