import { convolutionWindow } from '../../models/layers/window.js';
import type { CompiledNetwork, PlacedLayer } from '../../models/network.js';
import type { PlacedTensor } from '../../params/layout.js';
import { carriedGrids, toLevels, type Grid, type Quantization } from '../grid.js';
import { arranged, plainInput, scaled } from './arrange.js';
import { integer } from './graph.js';
import { activationOf } from './layers/activation.js';
import { convolve } from './layers/convolution.js';
import type { Emission } from './layers/emitter.js';
import { storedBias, storedKernel, unsignedShift } from './stored-integers.js';
import type { Value } from './tape.js';
import { plainRules, planUnits, type Unit } from './units.js';

/* Layers whose values and kernels go through integers: QuantizeLinear and DequantizeLinear around float32 operators. */

/**
 * The value on a grid, as unsigned bytes. Fewer levels than a byte has are cut off as integers, so that the operator before it is still
 * followed by QuantizeLinear alone, as runtimes look for it.
 */
export const valueOnGrid = ({ graph }: Emission, value: Value, grid: Grid | undefined): Value => {
  if (grid === undefined) return value;
  const shift = unsignedShift(grid);
  const byte = (level: number): string => graph.integers('uint8', [], [level + shift]);
  const [scale, zeroPoint] = [graph.floats([], [grid.scales[0]]), byte(grid.zeroPoints[0])];
  const levels = graph.op('QuantizeLinear', [value.name, scale, zeroPoint]);
  const isWhole = grid.most - grid.least === 255;
  const inside = isWhole ? levels : graph.op('Clip', [levels, byte(grid.least), byte(grid.most)]);
  return { ...value, name: graph.op('DequantizeLinear', [inside, scale, zeroPoint]) };
};

/** A layer's parameters as the graph has them. */
interface Stored {
  readonly kernel: string;
  /** A vector [outputs]; nothing without a bias. */
  readonly bias: readonly string[];
}

/** [kh, kw, in, out] → [out, in, kh, kw]: where the entries of the native tensor lie in the canonical one. */
const convolutionOrder = ([height, width, inputs, outputs]: readonly number[]): Int32Array => {
  const window = height * width;
  return Int32Array.from({ length: window * inputs * outputs }, (_, i) => {
    const [output, input, tap] = [Math.floor(i / (window * inputs)), Math.floor(i / window) % inputs, i % window];
    return (tap * inputs + input) * outputs + output;
  });
};

const convolution = (
  emission: Emission,
  placed: PlacedLayer<'conv2d' | 'depthwiseConv2d'>,
  { shape }: PlacedTensor,
  given: Value,
  store: (shape: readonly number[], order: Int32Array | null, axis: number) => Stored,
): Value => {
  const { graph, rows } = emission;
  const { options, outputShape } = placed;
  const input = scaled(emission, arranged(emission, given, 'channelsFirst'));
  const [height, width, , outputs] = shape;
  const channels = input.shape[2];
  // A depthwise kernel is one of a single input channel, whose output channels are all of them.
  const flat = placed.kind === 'conv2d' ? shape : [height, width, 1, channels * outputs];
  const groups = placed.kind === 'conv2d' ? placed.options.groups : channels;
  const { kernel, bias } = store([flat[3], flat[2], height, width], convolutionOrder(flat), 0);
  const window = convolutionWindow(input.shape, options);
  const sum = convolve(graph, { rows, window, groups, inputs: channels, outputs: flat[3] }, input.name, kernel, bias);
  const name = activationOf(options.activation).forward(graph, sum, 1);
  return { name, shape: outputShape, arrangement: 'channelsFirst', factor: 1, needsGradient: false };
};

const dense = (
  emission: Emission,
  { options, outputShape }: PlacedLayer<'dense'>,
  { shape }: PlacedTensor,
  given: Value,
  store: (shape: readonly number[], order: Int32Array | null, axis: number) => Stored,
): Value => {
  const { graph } = emission;
  const input = plainInput(emission, given);
  const isVector = outputShape.length === 1;
  const x = isVector ? input.name : graph.reshape(input.name, -1, shape[0]);
  const { kernel, bias } = store(shape, null, 1);
  const sum = graph.op('Gemm', [x, kernel, ...bias], { transB: integer(0) });
  const y = activationOf(options.activation).forward(graph, sum, -1);
  const name = isVector ? y : graph.reshape(y, -1, ...outputShape);
  return { name, shape: outputShape, arrangement: 'channelsLast', factor: 1, needsGradient: false };
};

/**
 * How a network's layers are computed where some kernels and values lie on grids.
 * @param floats layout order; quantized kernels lie on their grids
 */
export const quantizedUnits = (
  { layers, layout }: CompiledNetwork,
  floats: Float32Array,
  { weights, activations }: Quantization,
): readonly Unit[] => {
  const places = new Map(layout.tensors.map((tensor) => [tensor.name, tensor]));
  const valuesOf = ({ offset, size }: PlacedTensor): Float32Array => floats.subarray(offset, offset + size);
  const grids = carriedGrids(layers, activations);

  const computed = (placed: PlacedLayer<'conv2d' | 'depthwiseConv2d' | 'dense'>, unit: Unit): Unit => {
    const tensor = places.get(placed.tensors['kernel']);
    const grid = weights.get(placed.tensors['kernel']);
    if (tensor === undefined || grid === undefined) return unit;
    const biasTensor = places.get(placed.tensors['bias']);
    const emit = (emission: Emission, [given]: readonly Value[]): Value => {
      const store = (shape: readonly number[], order: Int32Array | null, axis: number): Stored => {
        const { graph } = emission;
        const levels = toLevels(valuesOf(tensor), grid);
        const native = order === null ? levels : order.map((from) => levels[from]);
        const kernel = storedKernel(graph, { name: tensor.name, shape, levels: native, grid, axis });
        if (biasTensor === undefined) return { kernel, bias: [] };
        const { name } = biasTensor;
        const inputGrid = grids.get(placed.from[0]) ?? null;
        return { kernel, bias: [storedBias(graph, { name, values: valuesOf(biasTensor), grid, inputGrid })] };
      };
      return placed.kind === 'dense'
        ? dense(emission, placed, tensor, given, store)
        : convolution(emission, placed, tensor, given, store);
    };
    return { ...unit, parameterForms: new Map(), emit };
  };

  return planUnits(layers, plainRules).map((unit, at) => {
    const placed = layers[at];
    const { kind } = placed;
    const inner = kind === 'conv2d' || kind === 'depthwiseConv2d' || kind === 'dense' ? computed(placed, unit) : unit;
    const grid = activations.get(placed.name);
    if (grid === undefined) return inner;
    return { ...inner, emit: (emission, inputs) => valueOnGrid(emission, inner.emit(emission, inputs), grid) };
  });
};
