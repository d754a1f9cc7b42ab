import { convolutionWindow, poolingWindow, type Window, type WindowAxis } from '../../../models/layers/window.js';
import type { PlacedLayer } from '../../../models/network.js';
import { arranged, scaled } from '../arrange.js';
import { integer, integers, type GraphBuilder } from '../graph.js';
import { activationOf } from '../layers/activation.js';
import { routed } from '../layers/max-pooling2d.js';
import { channelSums } from '../layers/convolution.js';
import type { Emission } from '../layers/emitter.js';
import type { ChannelBlock, Value } from '../tape.js';
import type { Unit } from '../units.js';
import { blockedOp, padImage, type BlockedImage } from './blocks.js';
import { kernelForm } from './conv2d.js';
import { weightGradient } from './weight-gradient.js';

/*
 * A convolution on the examples themselves, then max pooling of 2 × 2. The input is cut into four images of half the
 * size, one for each parity of row and column; then each of the four positions of a pooling window is a convolution of
 * these images, with a kernel of half the size whose taps are those of the layer's kernel or 0. So the four values of a
 * window lie in images of their own, and nothing is cut or put together after the convolution, where there is the most.
 */

type Pair = readonly [conv: PlacedLayer<'conv2d'>, pool: PlacedLayer<'maxPooling2d'>];

/** Taps of the half-sized kernels in one direction. */
const halfSize = (size: number): number => Math.floor(size / 2) + 1;

export const isPooledConvolution = (
  conv: PlacedLayer,
  pool: PlacedLayer | undefined,
  block: ChannelBlock,
  isData: boolean,
): boolean => {
  if (conv.kind !== 'conv2d' || pool?.kind !== 'maxPooling2d' || !isData) return false;
  const { strides, dilationRate, groups, filters, activation } = conv.options;
  const windows = poolingWindow(conv.outputShape, pool.options);
  return (
    pool.from.join() === conv.name &&
    [...strides, ...dilationRate, groups].every((n) => n === 1) &&
    filters % block === 0 &&
    4 * conv.inputShapes[0][2] < block &&
    (activation === 'relu' || activation === 'linear') &&
    windows.every(({ size, stride, input }) => size === 2 && stride === 2 && input % 2 === 0)
  );
};

/** For each tap of the half-sized kernels, [parity of row, of column, channel, u, v], the layer's tap or −1. */
const tapsOf = ([conv]: Pair, position: number): number[] => {
  const [height, width] = conv.options.kernelSize;
  const channels = conv.inputShapes[0][2];
  const taps: number[] = [];
  for (let parity = 0; parity < 4; parity++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let u = 0; u < halfSize(height); u++) {
        for (let v = 0; v < halfSize(width); v++) {
          const row = 2 * u + (parity >> 1) - (position >> 1);
          const column = 2 * v + (parity & 1) - (position & 1);
          const isInside = row >= 0 && row < height && column >= 0 && column < width;
          taps.push(isInside ? (channel * height + row) * width + column : -1);
        }
      }
    }
  }
  return taps;
};

/** The four half-sized kernels, from the kernel in its native form. */
const halfKernels = (graph: GraphBuilder, pair: Pair, kernel: string, block: ChannelBlock): string[] => {
  const [{ options, inputShapes }] = pair;
  const [height, width] = options.kernelSize;
  const taps = height * width * inputShapes[0][2];
  const blocks = options.filters / block;
  const zeros = graph.floats(
    [blocks, 1, block],
    Array.from({ length: options.filters }, () => 0),
  );
  const all = graph.concat([graph.reshape(kernel, blocks, taps, block), zeros], 1);
  return [0, 1, 2, 3].map((position) => {
    const order = tapsOf(pair, position).map((tap) => (tap < 0 ? taps : tap));
    const chosen = graph.op('Gather', [all, graph.vector(...order)], { axis: integer(1) });
    const shape = [options.filters, 4 * inputShapes[0][2], halfSize(height), halfSize(width)];
    return graph.reshape(chosen, ...shape);
  });
};

/** The gradient of the layer's kernel, in its native form, from those of the half-sized kernels. */
const foldGradients = (graph: GraphBuilder, pair: Pair, gradients: readonly string[], block: ChannelBlock): string => {
  const [{ options, inputShapes }] = pair;
  const [height, width] = options.kernelSize;
  const channels = inputShapes[0][2];
  const taps = height * width * channels;
  const halves = halfSize(height) * halfSize(width);
  const blocks = options.filters / block;
  const columns = [0, 1, 2, 3].flatMap((position) => tapsOf(pair, position));
  const fold = Array.from({ length: taps * columns.length }, (_, i) =>
    columns[i % columns.length] === Math.floor(i / columns.length) ? 1 : 0,
  );
  const all = graph.reshape(graph.concat(gradients), 16 * channels, blocks, halves, block);
  const rows = graph.reshape(graph.transpose(all, 1, 0, 2, 3), blocks, 16 * channels * halves, block);
  const folded = graph.op('MatMul', [graph.floats([taps, columns.length], fold), rows]);
  return graph.reshape(folded, options.filters, channels, height, width);
};

/** The input's four images, one for each parity: [rows, 4 · channels, height / 2, width / 2]. */
const parities = (emission: Emission, given: Value, [vertical, horizontal]: Window): BlockedImage => {
  const { graph, rows } = emission;
  const [height, width, channels] = given.shape;
  const input = scaled(emission, arranged(emission, given, 'channelsFirst'));
  const image = { name: input.name, rows, channels, height, width };
  const end = ({ output, size, input, before }: WindowAxis): number => output + 2 * halfSize(size) - 2 - input - before;
  const margins = {
    top: vertical.before,
    left: horizontal.before,
    bottom: end(vertical),
    right: end(horizontal),
  };
  const padded = padImage(graph, image, margins, 1);
  const name = graph.op('SpaceToDepth', [padded.name], { blocksize: integer(2) });
  return { name, rows, channels: 4 * channels, height: padded.height / 2, width: padded.width / 2 };
};

export const pooledConvolution = (
  conv: PlacedLayer<'conv2d'>,
  pool: PlacedLayer<'maxPooling2d'>,
  block: ChannelBlock,
): Unit => {
  const { options, tensors, inputShapes } = conv;
  const pair: Pair = [conv, pool];
  const window = convolutionWindow(inputShapes[0], options);
  const half = window.map((axis) => ({ ...axis, size: halfSize(axis.size) })) as unknown as Window;
  const kernelSizes = [...options.kernelSize, inputShapes[0][2], options.filters];
  return {
    from: conv.from,
    gives: pool.name,
    isActivated: options.activation !== 'linear',
    parameterForms: new Map([[tensors['kernel'], kernelForm(kernelSizes, block)]]),
    emit: (emission, [given]) => {
      const { graph, tape, parameter, rows } = emission;
      const images = parities(emission, given, window);
      const bias = options.useBias ? [graph.reshape(parameter(tensors['bias']), options.filters)] : [];
      const values = halfKernels(graph, pair, parameter(tensors['kernel']), block).map((kernel) =>
        blockedOp(graph, 'Conv', [images.name, kernel, ...bias], {
          kernel_shape: integers(half[0].size, half[1].size),
          pads: integers(0, 0, 0, 0),
          ...(options.activation === 'relu' ? { activation: { text: 'Relu' } } : {}),
        }),
      );
      const name = graph.op('Max', values);
      const output: Value = { name, shape: pool.outputShape, arrangement: 'blocked', factor: 1, needsGradient: true };
      const [height, width, channels] = pool.outputShape;
      tape.record(name, (given, updates) => {
        // Where the largest value is not above 0 its gradient is 0: that of the ReLU before the maximum.
        const gradient = activationOf(options.activation).backward(graph, given, name, name, 1);
        const image = { name: gradient, rows, channels, height, width };
        if (options.useBias) updates.whole(tensors['bias'], channelSums(graph, image, block));
        const gradients = routed(graph, values, name, gradient).map((part) =>
          weightGradient(graph, images, { ...image, name: part }, half, block),
        );
        updates.whole(tensors['kernel'], foldGradients(graph, pair, gradients, block));
      });
      return output;
    },
  };
};
