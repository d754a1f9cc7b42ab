import { z } from 'zod';
import { defineLayer } from './layer-kind.js';
import { padding, pair } from './options.js';
import { poolingWindow } from './window.js';

export const poolingOptions = z.strictObject({
  poolSize: pair('Size of the window').prefault(2),
  strides: pair('Step of the window')
    .nullable()
    .default(null)
    .describe('Step of the window; one number or [vertical, horizontal], each from 1 to 1024; null: that of poolSize.'),
  padding,
});

/** The largest value in each window; its gradient goes to the first of equal ones, row after row. */
export const maxPooling2d = defineLayer({
  name: 'maxPooling2d',
  summary: 'the largest value in each window',
  options: poolingOptions,
  shorthand: 'poolSize',
  takes: 'one',
  plan: (options, [inputShape]) => {
    const [vertical, horizontal] = poolingWindow(inputShape, options);
    return { outputShape: [vertical.output, horizontal.output, inputShape[2]], tensors: [], flops: 0 };
  },
});
