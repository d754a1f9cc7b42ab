import { poolingWindow } from '../../../models/layers/window.js';
import { padImages, stridesOf } from './convolution.js';
import type { LayerRunner } from './runner.js';

/** Zeros of the padding do not count: the mean over the whole window, times its size over what is not padding. */
export const averagePooling2d: LayerRunner<'averagePooling2d'> = {
  kind: 'averagePooling2d',
  run: ({ tf }, { options, inputShapes: [shape] }, [input]) => {
    const window = poolingWindow(shape, options);
    const size: [number, number] = [window[0].size, window[1].size];
    const mean = (images: typeof input) => tf.avgPool(padImages(tf, images, window), size, stridesOf(window), 'valid');
    const isPadded = window.some(({ before, after }) => before + after > 0);
    return isPadded ? tf.div(mean(input), mean(tf.ones([1, shape[0], shape[1], 1]))) : mean(input);
  },
};
