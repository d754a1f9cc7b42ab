import type { WindowAxis } from '../../../models/layers/window.js';
import type { Attributes, GraphBuilder } from '../graph.js';
import type { ChannelImages } from '../layers/convolution.js';
import type { ChannelBlock } from '../tape.js';

/*
 * The runtime's blocked arrangement of images: [rows, channels / block, height, width, block] in memory, declared as
 * [rows, channels, height, width]. A Reshape looks at the same memory in another way at no cost. The operators are
 * the runtime's own (domain com.microsoft.nchwc): its optimizer puts them in for constant weights, but they take any.
 */

/** The operator set of the runtime's blocked kernels. */
export const blockedDomain = 'com.microsoft.nchwc';

/** An image in blocks while a graph is built; its rows are −1 where any number may come. */
export type BlockedImage = ChannelImages;

export const blockedOp = (
  graph: GraphBuilder,
  operator: string,
  inputs: readonly string[],
  attributes: Attributes = {},
): string => graph.op(operator, inputs, attributes, blockedDomain);

/** Reshape, transpose, reshape: an exchange of axes that the declared shape does not show. */
export const rearrange = (
  graph: GraphBuilder,
  value: string,
  view: readonly number[],
  order: readonly number[],
  result: readonly number[],
): string => graph.reshape(graph.transpose(graph.reshape(value, ...view), ...order), ...result);

/** [rows, height, width, channels] in blocks. */
export const toBlocks = (graph: GraphBuilder, image: BlockedImage, block: ChannelBlock): string => {
  const { name, rows, channels, height, width } = image;
  const shape = [rows, channels, height, width];
  const blocks = channels / block;
  if (blocks === 1) return graph.reshape(name, ...shape);
  return rearrange(graph, name, [rows, height * width, blocks, block], [0, 2, 1, 3], shape);
};

/** Blocks as [rows, height, width, channels]. */
export const fromBlocks = (graph: GraphBuilder, image: BlockedImage, block: ChannelBlock): string => {
  const { name, rows, channels, height, width } = image;
  const shape = [rows, height, width, channels];
  const blocks = channels / block;
  if (blocks === 1) return graph.reshape(name, ...shape);
  return rearrange(graph, name, [rows, blocks, height * width, block], [0, 2, 1, 3], shape);
};

interface Margins {
  readonly top: number;
  readonly left: number;
  /** Less than 0 cuts off. */
  readonly bottom: number;
  readonly right: number;
}

/**
 * Zeros around an image. The kernels compute padded positions one at a time, so that it is quicker to pad first.
 * @param block of the image's memory; 1: [rows, channels, height, width]
 */
export const padImage = (graph: GraphBuilder, image: BlockedImage, margins: Margins, block: number): BlockedImage => {
  const { name, rows, channels, height, width } = image;
  const { top, left, bottom, right } = margins;
  if (top === 0 && left === 0 && bottom === 0 && right === 0) return image;
  const planes = rows < 0 ? -1 : (rows * channels) / block;
  const view = graph.reshape(name, planes, height, width * block);
  const pads = graph.vector(0, top, left * block, 0, bottom, right * block);
  const padded = graph.op('Pad', [view, pads]);
  const size = { height: height + top + bottom, width: width + left + right };
  return { ...image, ...size, name: graph.reshape(padded, rows, channels, size.height, size.width) };
};

/** How far the windows of an axis reach, zeros before included: what a convolution without padding must see. */
const reach = ({ output, stride, size, dilation }: WindowAxis): number =>
  (output - 1) * stride + (size - 1) * dilation + 1;

/** The margins with which the windows fit exactly: positions that no window sees are cut off. */
export const exactMargins = (vertical: WindowAxis, horizontal: WindowAxis): Margins => ({
  top: vertical.before,
  left: horizontal.before,
  bottom: reach(vertical) - vertical.input - vertical.before,
  right: reach(horizontal) - horizontal.input - horizontal.before,
});

/** Zeros between the positions of a gradient, as many as the stride left out: [height · stride, width · stride]. */
export const spread = (
  graph: GraphBuilder,
  image: BlockedImage,
  [vertical, horizontal]: readonly [number, number],
  block: ChannelBlock,
): BlockedImage => {
  if (vertical === 1 && horizontal === 1) return image;
  const { rows, channels, height, width } = image;
  const columns = graph.reshape(image.name, -1, block);
  const wide = graph.op('Pad', [columns, graph.vector(0, 0, 0, (horizontal - 1) * block)]);
  const line = width * horizontal * block;
  const lines = graph.op('Pad', [graph.reshape(wide, -1, line), graph.vector(0, 0, 0, (vertical - 1) * line)]);
  const size = { height: height * vertical, width: width * horizontal };
  return { ...image, ...size, name: graph.reshape(lines, rows, channels, size.height, size.width) };
};

/**
 * The gradient of a convolution's output, spread and padded so that a convolution of stride 1 with the kernel's taps
 * reversed gives the input's gradient.
 */
export const spreadForInput = (
  graph: GraphBuilder,
  gradient: BlockedImage,
  [vertical, horizontal]: readonly [WindowAxis, WindowAxis],
  block: ChannelBlock,
): BlockedImage => {
  const wide = spread(graph, gradient, [vertical.stride, horizontal.stride], block);
  const before = ({ size, dilation, before }: WindowAxis): number => (size - 1) * dilation - before;
  const after = (axis: WindowAxis): number =>
    axis.input + (axis.size - 1) * axis.dilation - axis.output * axis.stride - before(axis);
  const margins = {
    top: before(vertical),
    left: before(horizontal),
    bottom: after(vertical),
    right: after(horizontal),
  };
  return padImage(graph, wide, margins, block);
};
