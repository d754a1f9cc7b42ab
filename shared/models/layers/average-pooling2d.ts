import { defineLayer } from './layer-kind.js';
import { poolingOptions } from './max-pooling2d.js';
import { poolingWindow } from './window.js';

/** The mean of each window; zeros of the padding do not count. */
export const averagePooling2d = defineLayer({
  name: 'averagePooling2d',
  summary: 'the mean of each window',
  options: poolingOptions,
  shorthand: 'poolSize',
  takes: 'one',
  plan: (options, [inputShape]) => {
    const [vertical, horizontal] = poolingWindow(inputShape, options);
    return { outputShape: [vertical.output, horizontal.output, inputShape[2]], tensors: [], flops: 0 };
  },
});
