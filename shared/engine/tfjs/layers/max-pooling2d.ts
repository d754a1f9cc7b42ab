import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { poolingWindow, type Window } from '../../../models/layers/window.js';
import type { TensorFlow } from '../backend.js';
import { padImages, stridesOf } from './convolution.js';
import type { LayerRunner } from './runner.js';

/** Less than any value that a network gives. */
const lowest = -3.4e38;

/** Start and end of what a tap sees in each direction. */
const seenBy = (tap: number, [vertical, horizontal]: Window): [start: number[], end: number[]] => {
  const [row, column] = [Math.floor(tap / horizontal.size), tap % horizontal.size];
  const last = (output: number, stride: number): number => (output - 1) * stride + 1;
  return [
    [row, column],
    [row + last(vertical.output, vertical.stride), column + last(horizontal.output, horizontal.stride)],
  ];
};

/** A value for each position of the output, in the places of an image that a tap sees; the others are 0. */
const placed = (tf: TensorFlow, value: Tensor, tap: number, window: Window, size: readonly number[]): Tensor => {
  const [rows, height, width, channels] = value.shape;
  const [down, right] = stridesOf(window);
  const [[top, left], [bottom, end]] = seenBy(tap, window);
  const view = tf.reshape(value, [rows * height, 1, width, 1, channels]);
  const spread = tf.pad(view, [
    [0, 0],
    [0, down - 1],
    [0, 0],
    [0, right - 1],
    [0, 0],
  ]);
  const image = tf.reshape(spread, [rows, height * down, width * right, channels]);
  const cut = tf.slice(image, [0, 0, 0, 0], [rows, bottom - top, end - left, channels]);
  return tf.pad(cut, [
    [0, 0],
    [top, size[0] - bottom],
    [left, size[1] - end],
    [0, 0],
  ]);
};

/**
 * The gradient of max pooling without padding: back ends differ in which of equal values gets it, here it is the first,
 * row after row.
 */
const routed = (tf: TensorFlow, images: Tensor, largest: Tensor, gradient: Tensor, window: Window): Tensor => {
  const [rows, height, width, channels] = images.shape;
  let rest = gradient;
  let sum: Tensor = tf.zerosLike(images);
  for (let tap = 0; tap < window[0].size * window[1].size; tap++) {
    const [start, end] = seenBy(tap, window);
    const seen = tf.stridedSlice(images, [0, ...start, 0], [rows, ...end, channels], [1, ...stridesOf(window), 1]);
    const taken = tf.mul(tf.cast(tf.equal(seen, largest), 'float32'), rest);
    rest = tf.sub(rest, taken);
    sum = tf.add(sum, placed(tf, taken, tap, window, [height, width]));
  }
  return sum;
};

export const maxPooling2d: LayerRunner<'maxPooling2d'> = {
  kind: 'maxPooling2d',
  run: ({ tf }, { options, inputShapes: [shape] }, [input]) => {
    const window = poolingWindow(shape, options);
    const size: [number, number] = [window[0].size, window[1].size];
    const pool = tf.customGrad((images, save) => {
      const value = tf.maxPool(images as Tensor4D, size, stridesOf(window), 'valid');
      (save as (tensors: Tensor[]) => void)([images as Tensor, value]);
      return {
        value,
        gradFunc: (gradient: Tensor, [saved, largest]: Tensor[]) => routed(tf, saved, largest, gradient, window),
      };
    });
    return pool(padImages(tf, input, window, lowest));
  },
};
