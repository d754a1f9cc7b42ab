import { z } from 'zod';
import { CodedError } from '../../util/errors.js';
import { defineLayer, type Shape } from './layer-kind.js';

/**
 * Where each channel goes: [down, right] for channel c. Neighbouring channels have the same displacement, one for each
 * of the size² positions of the window, row after row; channels that are left over stay in place.
 */
export const shiftsOf = (channels: number, size: number): [down: number, right: number][] => {
  const each = Math.floor(channels / size ** 2);
  const reach = (size - 1) / 2;
  return Array.from({ length: channels }, (_, channel) => {
    const tap = each === 0 ? size ** 2 : Math.floor(channel / each);
    return tap >= size ** 2 ? [0, 0] : [Math.floor(tap / size) - reach, (tap % size) - reach];
  });
};

const checkImage = (shape: Shape): void => {
  if (shape.length === 3) return;
  throw new CodedError('model/bad-shape', `It takes an image, its input is [${shape.join(', ')}].`, {
    hint: 'The input must be [height, width, channels].',
  });
};

/**
 * The shift operation (Wu et al., "Shift: A Zero FLOP, Zero Parameter Alternative to Spatial Convolutions", CVPR 2018):
 * each channel moves by one position of a window, zeros come in.
 */
export const shift = defineLayer({
  name: 'shift',
  summary: 'each channel moved by one position of a window, without parameters',
  options: z.strictObject({
    kernelSize: z
      .int()
      .min(1)
      .max(15)
      .refine((size) => size % 2 === 1, 'a window has a middle, so its size is odd')
      .default(3)
      .describe('Size of the window of displacements; odd, from 1 to 15.'),
  }),
  shorthand: 'kernelSize',
  takes: 'one',
  plan: (_options, [inputShape]) => {
    checkImage(inputShape);
    return { outputShape: inputShape, tensors: [], flops: 0 };
  },
});
