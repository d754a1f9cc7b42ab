import type { Window } from '../../../models/layers/window.js';
import type { PlacedLayer } from '../../../models/network.js';
import { arranged, scaled } from '../arrange.js';
import { fusedDomain, integer, type GraphBuilder } from '../graph.js';
import type { FastEmitter, ParameterForm } from '../layers/emitter.js';
import type { ChannelBlock } from '../tape.js';
import { blockedOp, rearrange, type BlockedImage } from './blocks.js';
import { emitBlockedConvolution, imageOf } from './convolution.js';
import { weightGradient } from './weight-gradient.js';

/** [kh, kw, in, out] ↔ [out / block, in / block, taps, block (in), block (out)], or [out / block, in, taps, block]. */
export const kernelForm = (shape: readonly number[], block: ChannelBlock): ParameterForm => {
  const [height, width, inputs, outputs] = shape;
  const taps = height * width;
  const native = [outputs, inputs, height, width];
  const isPlain = inputs < block;
  return {
    shape: native,
    toNative: (graph, value) =>
      isPlain
        ? rearrange(graph, value, [taps, inputs, outputs / block, block], [2, 1, 0, 3], native)
        : rearrange(graph, value, [taps, inputs / block, block, outputs / block, block], [3, 1, 0, 2, 4], native),
    toCanonical: (graph, value) =>
      isPlain
        ? rearrange(graph, value, [outputs / block, inputs, taps, block], [2, 1, 0, 3], shape)
        : rearrange(graph, value, [outputs / block, inputs / block, taps, block, block], [2, 1, 3, 0, 4], shape),
  };
};

const kernelShape = ({ options, inputShapes }: PlacedLayer<'conv2d'>): readonly number[] => [
  ...options.kernelSize,
  inputShapes[0][2],
  options.filters,
];

/** The kernel for the input's gradient: inputs and outputs exchanged, taps reversed. Tiles are gathered, then turned. */
const exchangedKernel = (
  graph: GraphBuilder,
  kernel: string,
  [height, width, inputs, outputs]: readonly number[],
  block: ChannelBlock,
): string => {
  const [taps, inputBlocks, outputBlocks] = [height * width, inputs / block, outputs / block];
  const tiles: number[] = [];
  for (let i = 0; i < inputBlocks; i++) {
    for (let o = 0; o < outputBlocks; o++) {
      for (let tap = taps - 1; tap >= 0; tap--) tiles.push((o * inputBlocks + i) * taps + tap);
    }
  }
  const all = graph.reshape(kernel, outputBlocks * inputBlocks * taps, block, block);
  const gathered = graph.op('Gather', [all, graph.vector(...tiles)]);
  return graph.reshape(graph.transpose(gathered, 0, 2, 1), inputs, outputs, height, width);
};

const isPointwise = ([vertical, horizontal]: Window): boolean =>
  [vertical, horizontal].every(({ size, stride }) => size === 1 && stride === 1);

/** A pointwise kernel's gradient: one product an example, then the sum over them. [in, out] → the kernel's form. */
const pointwiseGradient = (
  graph: GraphBuilder,
  input: BlockedImage,
  gradient: BlockedImage,
  block: ChannelBlock,
): string => {
  const plain = ({ name, rows, channels, height, width }: BlockedImage): string =>
    graph.reshape(
      blockedOp(graph, 'ReorderOutput', [name], { channels: integer(channels) }),
      rows,
      channels,
      height * width,
    );
  const [inputs, outputs] = [input.channels, gradient.channels];
  const products = graph.op('FusedMatMul', [plain(input), plain(gradient)], { transB: integer(1) }, fusedDomain);
  const sum = graph.sumOfRows(graph.reshape(products, input.rows, inputs * outputs), input.rows);
  const view = [inputs / block, block, outputs / block, block];
  return rearrange(graph, sum, view, [2, 0, 1, 3], [outputs, inputs, 1, 1]);
};

const kernelGradient = (
  graph: GraphBuilder,
  input: BlockedImage,
  gradient: BlockedImage,
  window: Window,
  block: ChannelBlock,
): string => {
  if (isPointwise(window) && input.channels >= block) return pointwiseGradient(graph, input, gradient, block);
  const taps = window[0].size * window[1].size;
  const [inputs, outputs] = [input.channels, gradient.channels];
  const exchanged = weightGradient(graph, input, gradient, window, block);
  const shape = [outputs, inputs, window[0].size, window[1].size];
  return inputs < block
    ? rearrange(graph, exchanged, [inputs, outputs / block, taps, block], [1, 0, 2, 3], shape)
    : rearrange(graph, exchanged, [inputs / block, block, outputs / block, taps, block], [2, 0, 3, 1, 4], shape);
};

/** Convolution by the runtime's blocked kernels. */
export const blockedConv2d = (block: ChannelBlock): FastEmitter<'conv2d'> => ({
  kind: 'conv2d',
  suits: ({ options, inputShapes }, isData) => {
    const channels = inputShapes[0][2];
    return (
      options.groups === 1 &&
      options.filters % block === 0 &&
      options.activation !== 'softmax' &&
      (channels % block === 0 || (channels < block && isData))
    );
  },
  parameterForms: (placed) => ({ kernel: kernelForm(kernelShape(placed), block) }),
  emit: (emission, placed, [given]) => {
    const input = scaled(emission, arranged(emission, given, given.shape[2] < block ? 'channelsFirst' : 'blocked'));
    return emitBlockedConvolution(emission, placed, imageOf(emission, input), block, {
      groups: 1,
      kernelGradient: (graph, image, gradient, window) => kernelGradient(graph, image, gradient, window, block),
      exchangedKernel: (graph, kernel) => exchangedKernel(graph, kernel, kernelShape(placed), block),
    });
  },
});
