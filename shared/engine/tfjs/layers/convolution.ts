import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import type { Window } from '../../../models/layers/window.js';
import type { TensorFlow } from '../backend.js';

/**
 * A kernel [kh, kw, in, out] with zeros between its taps: a dilated convolution is one with such a kernel, and the
 * library has no gradient of dilation.
 */
export const spreadKernel = (tf: TensorFlow, kernel: Tensor, [vertical, horizontal]: Window): Tensor => {
  const spread = (value: Tensor, axis: 0 | 1, dilation: number): Tensor => {
    if (dilation === 1) return value;
    const [height, width, inputs, outputs] = value.shape;
    const view = axis === 0 ? [height, 1, width, inputs * outputs] : [height, width, 1, inputs * outputs];
    const zeros = [0, 0, 0, 0].map((_, i): [number, number] => [0, i === axis + 1 ? dilation - 1 : 0]);
    const shape =
      axis === 0 ? [height * dilation, width, inputs, outputs] : [height, width * dilation, inputs, outputs];
    const size = axis === 0 ? [(height - 1) * dilation + 1, width] : [height, (width - 1) * dilation + 1];
    const padded = tf.reshape(tf.pad(tf.reshape(value, view), zeros), shape);
    return tf.slice(padded, [0, 0, 0, 0], [...size, inputs, outputs]);
  };
  return spread(spread(kernel, 0, vertical.dilation), 1, horizontal.dilation);
};

/** Zeros around images [rows, height, width, channels], where the window has any. */
export const padImages = (tf: TensorFlow, images: Tensor, [vertical, horizontal]: Window, value = 0): Tensor4D => {
  const margins: [number, number][] = [
    [0, 0],
    [vertical.before, vertical.after],
    [horizontal.before, horizontal.after],
    [0, 0],
  ];
  const isPadded = margins.some(([before, after]) => before + after > 0);
  return (isPadded ? tf.pad(images, margins, value) : images) as Tensor4D;
};

export const stridesOf = ([vertical, horizontal]: Window): [number, number] => [vertical.stride, horizontal.stride];
