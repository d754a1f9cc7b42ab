import type { Window } from '../../../models/layers/window.js';
import { arranged, scaled } from '../arrange.js';
import { integer, integers, type GraphBuilder } from '../graph.js';
import type { FastEmitter, ParameterForm } from '../layers/emitter.js';
import type { ChannelBlock } from '../tape.js';
import { blockedOp, rearrange, type BlockedImage } from './blocks.js';
import { emitBlockedConvolution, imageOf } from './convolution.js';

/** [kh, kw, channels, 1] ↔ [channels / block, taps, block]. */
const kernelForm = ([height, width, channels]: readonly number[], block: ChannelBlock): ParameterForm => {
  const taps = height * width;
  const native = [channels, 1, height, width];
  return {
    shape: native,
    toNative: (graph, value) => rearrange(graph, value, [taps, channels / block, block], [1, 0, 2], native),
    toCanonical: (graph, value) =>
      rearrange(graph, value, [channels / block, taps, block], [1, 0, 2], [height, width, channels, 1]),
  };
};

/** The taps in reverse order. */
const reversed = (
  graph: GraphBuilder,
  kernel: string,
  channels: number,
  [v, h]: Window,
  block: ChannelBlock,
): string => {
  const taps = v.size * h.size;
  const order = Array.from({ length: taps }, (_, tap) => taps - 1 - tap);
  const view = graph.reshape(kernel, channels / block, taps, block);
  const turned = graph.op('Gather', [view, graph.vector(...order)], { axis: integer(1) });
  return graph.reshape(turned, channels, 1, v.size, h.size);
};

/**
 * The kernel's gradient without a copy: channels of all examples are the groups, and the gradient, as it lies in memory,
 * is a filter in blocks; then the sum over the examples.
 */
const kernelGradient = (
  graph: GraphBuilder,
  input: BlockedImage,
  gradient: BlockedImage,
  [vertical, horizontal]: Window,
): string => {
  const { rows, channels } = input;
  const groups = rows * channels;
  const product = blockedOp(
    graph,
    'Conv',
    [
      graph.reshape(input.name, 1, groups, input.height, input.width),
      graph.reshape(gradient.name, groups, 1, gradient.height, gradient.width),
    ],
    {
      kernel_shape: integers(gradient.height, gradient.width),
      pads: integers(0, 0, 0, 0),
      strides: integers(vertical.dilation, horizontal.dilation),
      dilations: integers(vertical.stride, horizontal.stride),
      group: integer(groups),
    },
  );
  const taps = vertical.size * horizontal.size;
  const sum = graph.sumOfRows(graph.reshape(product, rows, channels * taps), rows);
  return graph.reshape(sum, channels, 1, vertical.size, horizontal.size);
};

/** Depthwise convolution by the runtime's blocked kernels. */
export const blockedDepthwiseConv2d = (block: ChannelBlock): FastEmitter<'depthwiseConv2d'> => ({
  kind: 'depthwiseConv2d',
  suits: ({ options, inputShapes }, isData) =>
    !isData && options.depthMultiplier === 1 && options.activation !== 'softmax' && inputShapes[0][2] % block === 0,
  parameterForms: ({ options, inputShapes }) => ({
    kernel: kernelForm([...options.kernelSize, inputShapes[0][2]], block),
  }),
  emit: (emission, placed, [given]) => {
    const input = scaled(emission, arranged(emission, given, 'blocked'));
    const channels = input.shape[2];
    return emitBlockedConvolution(emission, placed, imageOf(emission, input), block, {
      groups: channels,
      kernelGradient,
      exchangedKernel: (graph, kernel, window) => reversed(graph, kernel, channels, window, block),
    });
  },
});
