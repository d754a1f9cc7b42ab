import { convolutionWindow, type Window } from '../../../models/layers/window.js';
import { arranged, scaled } from '../arrange.js';
import { integer, integers, type Attributes, type GraphBuilder } from '../graph.js';
import { activationOf } from '../layers/activation.js';
import type { ParameterForm } from '../layers/emitter.js';
import type { ChannelBlock, Value } from '../tape.js';
import {
  blockedOp,
  channelSums,
  exactMargins,
  padImage,
  rearrange,
  rowSums,
  spreadForInput,
  type BlockedImage,
} from './blocks.js';
import type { BlockedEmitter } from './emitter.js';

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

const attributesOf = ([vertical, horizontal]: Window, pads: readonly number[], groups: number): Attributes => ({
  kernel_shape: integers(vertical.size, horizontal.size),
  pads: integers(...pads),
  strides: integers(vertical.stride, horizontal.stride),
  dilations: integers(vertical.dilation, horizontal.dilation),
  group: integer(groups),
});

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
  const sum = rowSums(graph, product, rows, channels * taps);
  return graph.reshape(sum, channels, 1, vertical.size, horizontal.size);
};

/** Depthwise convolution by the runtime's blocked kernels. */
export const blockedDepthwiseConv2d = (block: ChannelBlock): BlockedEmitter<'depthwiseConv2d'> => ({
  kind: 'depthwiseConv2d',
  suits: ({ options, inputShapes }, isData) =>
    !isData && options.depthMultiplier === 1 && options.activation !== 'softmax' && inputShapes[0][2] % block === 0,
  parameterForms: ({ options, inputShapes }) => ({
    kernel: kernelForm([...options.kernelSize, inputShapes[0][2]], block),
  }),
  emit: (emission, placed, [given]) => {
    const { graph, tape, parameter, rows } = emission;
    const { options, outputShape, tensors } = placed;
    const window = convolutionWindow(placed.inputShapes[0], options);
    const input = scaled(emission, arranged(emission, given, 'blocked'));
    const [height, width, channels] = input.shape;
    const kernel = parameter(tensors['kernel']);
    const bias = options.useBias ? [graph.reshape(parameter(tensors['bias']), channels)] : [];
    const image: BlockedImage = { name: input.name, rows, channels, height, width };
    const padded = padImage(graph, image, exactMargins(...window), block);
    const isFused = options.activation === 'relu';
    const sum = blockedOp(graph, 'Conv', [padded.name, kernel, ...bias], {
      ...attributesOf(window, [0, 0, 0, 0], channels),
      ...(isFused ? { activation: { text: 'Relu' } } : {}),
    });
    const activation = activationOf(options.activation);
    const name = isFused ? sum : activation.forward(graph, sum, 1);
    const output: Value = { name, shape: outputShape, arrangement: 'blocked', factor: 1, needsGradient: true };
    tape.record(name, (given, updates) => {
      const atSum = activation.backward(graph, given, name, sum, 1);
      const gradient = { name: atSum, rows, channels, height: outputShape[0], width: outputShape[1] };
      updates.whole(tensors['kernel'], kernelGradient(graph, padded, gradient, window));
      if (options.useBias) updates.whole(tensors['bias'], channelSums(graph, gradient, block));
      if (!input.needsGradient) return;
      const wide = spreadForInput(graph, gradient, window, block);
      const one = window.map((axis) => ({ ...axis, stride: 1 }));
      const taps = reversed(graph, kernel, channels, window, block);
      const attributes = attributesOf([one[0], one[1]], [0, 0, 0, 0], channels);
      tape.accumulate(input, blockedOp(graph, 'Conv', [wide.name, taps], attributes));
    });
    return output;
  },
});
