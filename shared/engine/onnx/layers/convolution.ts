import type { Window } from '../../../models/layers/window.js';
import { integer, integers, type Attributes, type GraphBuilder } from '../graph.js';

/* Convolutions with the channels first, [rows, channels, height, width], and kernels [out, in / groups, kh, kw]. */

/** Sizes of a convolution. */
export interface Convolution {
  readonly rows: number;
  readonly window: Window;
  readonly groups: number;
  readonly inputs: number;
  readonly outputs: number;
}

const pads = ([vertical, horizontal]: Window): Attributes => ({
  pads: integers(vertical.before, horizontal.before, vertical.after, horizontal.after),
});

const attributes = (window: Window, groups: number): Attributes => ({
  ...pads(window),
  kernel_shape: integers(...window.map(({ size }) => size)),
  strides: integers(...window.map(({ stride }) => stride)),
  dilations: integers(...window.map(({ dilation }) => dilation)),
  group: integer(groups),
});

export const convolve = (
  graph: GraphBuilder,
  { window, groups }: Convolution,
  input: string,
  kernel: string,
  bias: readonly string[],
): string => graph.op('Conv', [input, kernel, ...bias], attributes(window, groups));

/** Positions at the end of the input that no window reached. */
const leftOver = ({ input, output, size, stride, dilation, before, after }: Window[number]): number =>
  input + before + after - ((output - 1) * stride + (size - 1) * dilation + 1);

/** Each value of a gradient to all positions of its window, times the kernel: the gradient of the input. */
export const scatter = (
  graph: GraphBuilder,
  { window, groups }: Pick<Convolution, 'window' | 'groups'>,
  gradient: string,
  kernel: string,
): string =>
  graph.op('ConvTranspose', [gradient, kernel], {
    ...attributes(window, groups),
    output_padding: integers(...window.map(leftOver)),
  });

/**
 * The kernel's gradient, as a convolution in which rows and channels change places, and stride and dilation too: the
 * gradient of the output is the filter, once for each group.
 */
export const kernelGradient = (
  graph: GraphBuilder,
  convolution: Convolution,
  input: string,
  gradient: string,
): string => {
  const { rows, window, groups, inputs, outputs } = convolution;
  const [vertical, horizontal] = window;
  const each = inputs / groups;
  const view = graph.reshape(input, rows, groups, each, vertical.input * horizontal.input);
  const exchanged = graph.reshape(
    graph.transpose(view, 2, 1, 0, 3),
    each,
    groups * rows,
    vertical.input,
    horizontal.input,
  );
  const filter = graph.transpose(gradient, 1, 0, 2, 3);
  const product = graph.op('Conv', [exchanged, filter], {
    ...pads(window),
    kernel_shape: integers(vertical.output, horizontal.output),
    strides: integers(vertical.dilation, horizontal.dilation),
    dilations: integers(vertical.stride, horizontal.stride),
    group: integer(groups),
  });
  const taps = window.map(({ size }) => size);
  const cut = window.some((axis) => leftOver(axis) >= axis.dilation)
    ? graph.op('Slice', [product, graph.vector(0, 0), graph.vector(...taps), graph.vector(2, 3)])
    : product;
  return graph.reshape(graph.transpose(cut, 1, 0, 2, 3), outputs, each, ...taps);
};

/** Images with their channels before the positions, one by one or in blocks. */
export interface ChannelImages {
  readonly name: string;
  readonly rows: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/**
 * The sum of each channel over rows and positions, [1, channels]: a product with ones, then the small rest.
 * @param block channels that lie together at each position; 1: every channel by itself
 */
export const channelSums = (graph: GraphBuilder, images: ChannelImages, block: number = 1): string => {
  const { name, rows, channels, height, width } = images;
  const positions = height * width;
  const sums = graph.sumOfRows(graph.reshape(name, rows, channels * positions), rows);
  const split = block === 1 ? [channels, positions] : [channels / block, positions, block];
  const axes = graph.vector(1);
  const total = graph.op('ReduceSum', [graph.reshape(sums, ...split), axes], { keepdims: integer(0) });
  return graph.reshape(total, 1, channels);
};
