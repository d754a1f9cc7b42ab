import { z } from 'zod';
import { sizeOf } from '../../params/layout.js';
import { CodedError } from '../../util/errors.js';
import { glorotUniform, zeros } from '../initializers.js';
import { defineLayer } from './layer-kind.js';
import { activation, count, padding, pair, useBias } from './options.js';
import { convolutionWindow } from './window.js';

/** Convolution of an image, kernel [height, width, in / groups, filters]. */
export const conv2d = defineLayer({
  name: 'conv2d',
  summary: 'convolution over an image',
  options: z.strictObject({
    filters: count('Number of output channels'),
    kernelSize: pair('Size of the window'),
    strides: pair('Step of the window').prefault(1),
    padding,
    dilationRate: pair('Distance between the window’s taps').prefault(1),
    groups: count('Groups of channels that do not see each other; a divisor of both channel numbers').default(1),
    activation,
    useBias,
  }),
  takes: 'one',
  plan: (options, [inputShape]) => {
    const { filters, kernelSize, groups, useBias } = options;
    const [vertical, horizontal] = convolutionWindow(inputShape, options);
    const channels = inputShape[2];
    if (channels % groups !== 0 || filters % groups !== 0) {
      throw new CodedError(
        'model/bad-layer',
        `${groups} groups do not divide ${channels} channels and ${filters} filters.`,
        {
          hint: 'Take a number of groups that divides both.',
        },
      );
    }
    const shape = [...kernelSize, channels / groups, filters];
    const kernel = { name: 'kernel', shape, role: 'weight', initializer: glorotUniform } as const;
    const bias = { name: 'bias', shape: [filters], role: 'weight', initializer: zeros } as const;
    return {
      outputShape: [vertical.output, horizontal.output, filters],
      tensors: useBias ? [kernel, bias] : [kernel],
      flops: 2 * vertical.output * horizontal.output * sizeOf(shape),
    };
  },
});
