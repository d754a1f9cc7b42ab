import { CodedError } from '../../util/errors.js';
import type { Shape } from './layer-kind.js';

export interface WindowOptions {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: 'valid' | 'same';
}

/** A window that moves over one direction of an image. */
export interface WindowAxis {
  readonly input: number;
  readonly output: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros before the first and after the last value. */
  readonly before: number;
  readonly after: number;
}

/** Vertical and horizontal. */
export type Window = readonly [WindowAxis, WindowAxis];

/** TensorFlow's `same`: ⌈input / stride⌉ positions, the odd zero of the padding at the end. */
const axisOf = (input: number, size: number, stride: number, dilation: number, padding: string): WindowAxis => {
  const spread = (size - 1) * dilation + 1;
  const fixed = { input, size, stride, dilation };
  if (padding === 'valid') return { ...fixed, output: Math.floor((input - spread) / stride) + 1, before: 0, after: 0 };
  const output = Math.ceil(input / stride);
  const total = Math.max(0, (output - 1) * stride + spread - input);
  return { ...fixed, output, before: Math.floor(total / 2), after: Math.ceil(total / 2) };
};

/**
 * Where a window goes on an image.
 * @param shape [height, width, channels]
 * @throws CodedError `model/bad-shape`
 */
export const windowOf = (shape: Shape, { size, strides, dilation, padding }: WindowOptions): Window => {
  if (shape.length !== 3) {
    throw new CodedError('model/bad-shape', `It takes an image, its input is [${shape.join(', ')}].`, {
      hint: 'The input must be [height, width, channels].',
    });
  }
  const axes = ([0, 1] as const).map((i) => axisOf(shape[i], size[i], strides[i], dilation[i], padding));
  if (axes.some(({ output }) => output < 1)) {
    throw new CodedError('model/bad-shape', `A window of ${size.join('×')} does not fit into [${shape.join(', ')}].`, {
      hint: 'Take a smaller window or dilation, or the padding same.',
    });
  }
  return [axes[0], axes[1]];
};

/** Options of a convolution as those of its window. */
export const convolutionWindow = (
  shape: Shape,
  options: {
    readonly kernelSize: readonly [number, number];
    readonly strides: readonly [number, number];
    readonly dilationRate: readonly [number, number];
    readonly padding: 'valid' | 'same';
  },
): Window =>
  windowOf(shape, {
    size: options.kernelSize,
    strides: options.strides,
    dilation: options.dilationRate,
    padding: options.padding,
  });

/** Options of a pooling layer as those of its window; no strides: those of the pool's size. */
export const poolingWindow = (
  shape: Shape,
  options: {
    readonly poolSize: readonly [number, number];
    readonly strides: readonly [number, number] | null;
    readonly padding: 'valid' | 'same';
  },
): Window =>
  windowOf(shape, {
    size: options.poolSize,
    strides: options.strides ?? options.poolSize,
    dilation: [1, 1],
    padding: options.padding,
  });
