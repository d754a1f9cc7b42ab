import type { WindowAxis } from '../../../models/layers/window.js';
import { integer, integers, type GraphBuilder } from '../graph.js';
import { blockedOp, rearrange, type BlockedImage } from './blocks.js';
import type { ChannelBlock } from '../tape.js';

/** Sizes of the parts in which the kernels take a batch as channels: fewer than a block, or whole blocks. */
const partsOf = (rows: number, block: ChannelBlock): number[] => {
  const rest = rows % block;
  return rows < block || rest === 0 ? [rows] : [rows - rest, rest];
};

const cut = (graph: GraphBuilder, value: string, sizes: readonly number[]): string[] =>
  sizes.length === 1 ? [value] : graph.many(sizes.length, 'Split', [value, graph.vector(...sizes)]);

/** Images with rows and channels exchanged, as input: [channels, rows, height, width]. */
const exchangedInput = (
  graph: GraphBuilder,
  name: string,
  rows: number,
  { channels }: BlockedImage,
  block: ChannelBlock,
): string => {
  const plain = channels < block ? name : blockedOp(graph, 'ReorderOutput', [name], { channels: integer(channels) });
  const exchanged = graph.transpose(plain, 1, 0, 2, 3);
  return rows < block ? exchanged : blockedOp(graph, 'ReorderInput', [exchanged]);
};

/** A gradient with rows and channels exchanged, as filter: [channels, rows, height, width]. */
const exchangedFilter = (
  graph: GraphBuilder,
  name: string,
  rows: number,
  image: BlockedImage,
  block: ChannelBlock,
): string => {
  const { channels, height, width } = image;
  const positions = height * width;
  const shape = [channels, rows, height, width];
  return rows < block
    ? rearrange(graph, name, [rows, channels / block, positions, block], [1, 0, 2, 3], shape)
    : rearrange(graph, name, [rows / block, block, channels / block, positions, block], [2, 0, 3, 1, 4], shape);
};

/**
 * The gradient of a convolution's kernel, as a convolution with rows and channels exchanged: the examples are the input's
 * channels, the gradient of the output is the filter, and stride and dilation change places. No copies of windows.
 * @param input padded exactly; in blocks, or plain where it has fewer channels than a block
 * @returns [input channels, output channels / block, taps, block] in memory
 */
export const weightGradient = (
  graph: GraphBuilder,
  input: BlockedImage,
  gradient: BlockedImage,
  [vertical, horizontal]: readonly [WindowAxis, WindowAxis],
  block: ChannelBlock,
): string => {
  const sizes = partsOf(input.rows, block);
  const inputs = cut(graph, input.name, sizes);
  const gradients = cut(graph, gradient.name, sizes);
  const parts = sizes.map((rows, i) =>
    blockedOp(
      graph,
      'Conv',
      [
        exchangedInput(graph, inputs[i], rows, input, block),
        exchangedFilter(graph, gradients[i], rows, gradient, block),
      ],
      {
        kernel_shape: integers(gradient.height, gradient.width),
        pads: integers(0, 0, 0, 0),
        strides: integers(vertical.dilation, horizontal.dilation),
        dilations: integers(vertical.stride, horizontal.stride),
      },
    ),
  );
  return parts.length === 1 ? parts[0] : graph.op('Add', parts);
};
