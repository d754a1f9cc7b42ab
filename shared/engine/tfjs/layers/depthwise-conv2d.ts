import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { convolutionWindow, type Window } from '../../../models/layers/window.js';
import type { TensorFlow } from '../backend.js';
import { activate } from './activation.js';
import { padImages, spreadKernel } from './convolution.js';
import type { LayerRunner } from './runner.js';

/** Positions as far apart as the strides; the library cannot differentiate its own strided slice. */
const everyOther = (tf: TensorFlow, value: Tensor, [vertical, horizontal]: Window): Tensor => {
  const [rows, height, width, channels] = value.shape;
  const [down, right] = [vertical.stride, horizontal.stride];
  const [tall, wide] = [Math.ceil(height / down), Math.ceil(width / right)];
  const padded = tf.pad(value, [
    [0, 0],
    [0, tall * down - height],
    [0, wide * right - width],
    [0, 0],
  ]);
  const lines = tf.slice(
    tf.reshape(padded, [rows * tall, down, wide * right, channels]),
    [0, 0, 0, 0],
    [-1, 1, -1, -1],
  );
  const columns = tf.reshape(lines, [rows * tall, wide, right, channels]);
  return tf.reshape(tf.slice(columns, [0, 0, 0, 0], [-1, -1, 1, -1]), [rows, tall, wide, channels]);
};

/** Strides that differ are taken after a convolution of stride 1: the library wants them equal. */
export const depthwiseConv2d: LayerRunner<'depthwiseConv2d'> = {
  kind: 'depthwiseConv2d',
  run: ({ tf, parameter }, { options, tensors, inputShapes: [shape] }, [input]) => {
    const window = convolutionWindow(shape, options);
    const images = padImages(tf, input, window);
    const kernel = spreadKernel(tf, parameter(tensors['kernel']), window) as Tensor4D;
    const [vertical, horizontal] = window;
    const areEqual = vertical.stride === horizontal.stride;
    const product = tf.depthwiseConv2d(images, kernel, areEqual ? vertical.stride : 1, 'valid');
    const chosen = areEqual ? product : everyOther(tf, product, window);
    const sum = options.useBias ? tf.add(chosen, parameter(tensors['bias'])) : chosen;
    return activate(tf, options.activation, sum);
  },
};
