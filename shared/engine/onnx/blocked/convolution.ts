import { convolutionWindow, type Window } from '../../../models/layers/window.js';
import type { PlacedLayer } from '../../../models/network.js';
import { integer, integers, type Attributes, type GraphBuilder } from '../graph.js';
import { activationOf } from '../layers/activation.js';
import { channelSums } from '../layers/convolution.js';
import type { Emission } from '../layers/emitter.js';
import type { ChannelBlock, Value } from '../tape.js';
import { blockedOp, exactMargins, padImage, spreadForInput, type BlockedImage } from './blocks.js';

/** What kinds of convolutions differ in. */
export interface ConvolutionParts {
  readonly groups: number;
  /** @param input padded exactly. @returns the kernel's gradient in its native form */
  kernelGradient(graph: GraphBuilder, input: BlockedImage, gradient: BlockedImage, window: Window): string;
  /** The kernel with which a convolution of the spread gradient gives the input's gradient. */
  exchangedKernel(graph: GraphBuilder, kernel: string, window: Window): string;
}

const attributesOf = ([vertical, horizontal]: Window, groups: number): Attributes => ({
  kernel_shape: integers(vertical.size, horizontal.size),
  pads: integers(0, 0, 0, 0),
  strides: integers(vertical.stride, horizontal.stride),
  dilations: integers(vertical.dilation, horizontal.dilation),
  ...(groups === 1 ? {} : { group: integer(groups) }),
});

/**
 * A convolution by the runtime's blocked kernels, in which input and gradient are padded before the call.
 * @param image the input's tensor: in blocks, or with the channels first where there are fewer than a block
 */
export const emitBlockedConvolution = (
  emission: Emission,
  placed: PlacedLayer<'conv2d' | 'depthwiseConv2d'>,
  [input, image]: readonly [Value, BlockedImage],
  block: ChannelBlock,
  { groups, kernelGradient, exchangedKernel }: ConvolutionParts,
): Value => {
  const { graph, tape, parameter, rows } = emission;
  const { options, outputShape, tensors } = placed;
  const [height, width, channels] = outputShape;
  const window = convolutionWindow(input.shape, options);
  const kernel = parameter(tensors['kernel']);
  const bias = options.useBias ? [graph.reshape(parameter(tensors['bias']), channels)] : [];
  const padded = padImage(graph, image, exactMargins(...window), image.channels < block ? 1 : block);
  const isFused = options.activation === 'relu';
  const sum = blockedOp(graph, 'Conv', [padded.name, kernel, ...bias], {
    ...attributesOf(window, groups),
    ...(isFused ? { activation: { text: 'Relu' } } : {}),
  });
  const { forward, backward } = activationOf(options.activation);
  const name = isFused ? sum : forward(graph, sum, 1);
  tape.record(name, (given, updates) => {
    const gradient = { name: backward(graph, given, name, sum, 1), rows, channels, height, width };
    updates.whole(tensors['kernel'], kernelGradient(graph, padded, gradient, window));
    if (options.useBias) updates.whole(tensors['bias'], channelSums(graph, gradient, block));
    if (!input.needsGradient) return;
    const wide = spreadForInput(graph, gradient, window, block);
    const exchanged = exchangedKernel(graph, kernel, window);
    const [vertical, horizontal] = window.map((axis) => ({ ...axis, stride: 1 }));
    const attributes = attributesOf([vertical, horizontal], groups);
    tape.accumulate(input, blockedOp(graph, 'Conv', [wide.name, exchanged], attributes));
  });
  return { name, shape: outputShape, arrangement: 'blocked', factor: 1, needsGradient: true };
};

/** A value in the arrangement that the kernels take, and its tensor. */
export const imageOf = ({ rows }: Emission, value: Value): [Value, BlockedImage] => {
  const [height, width, channels] = value.shape;
  return [value, { name: value.name, rows, channels, height, width }];
};
