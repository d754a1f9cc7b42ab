import { z } from 'zod';
import { sizeOf } from '../../params/layout.js';
import { glorotUniform, zeros, type Initializer } from '../initializers.js';
import { defineLayer } from './layer-kind.js';
import { activation, count, padding, pair, useBias } from './options.js';
import { convolutionWindow } from './window.js';

/**
 * Glorot uniform with the inputs and outputs that a channel really has. Keras counts those of all channels, and networks
 * without normalization then begin with values near 0 and do not learn.
 */
const channelwise: Initializer = (values, shape, stream) => glorotUniform(values, shape.with(2, 1), stream);

/**
 * Each channel convolved by itself, kernel [height, width, channels, depthMultiplier]; output channel
 * c · depthMultiplier + m comes from input channel c.
 */
export const depthwiseConv2d = defineLayer({
  name: 'depthwiseConv2d',
  summary: 'convolution of each channel by itself',
  options: z.strictObject({
    kernelSize: pair('Size of the window'),
    strides: pair('Step of the window').prefault(1),
    padding,
    dilationRate: pair('Distance between the window’s taps').prefault(1),
    depthMultiplier: count('Output channels of each input channel').default(1),
    activation,
    useBias,
  }),
  shorthand: 'kernelSize',
  takes: 'one',
  plan: (options, [inputShape]) => {
    const { kernelSize, depthMultiplier, useBias } = options;
    const [vertical, horizontal] = convolutionWindow(inputShape, options);
    const shape = [...kernelSize, inputShape[2], depthMultiplier];
    const outputs = inputShape[2] * depthMultiplier;
    const kernel = { name: 'kernel', shape, role: 'weight', initializer: channelwise } as const;
    const bias = { name: 'bias', shape: [outputs], role: 'weight', initializer: zeros } as const;
    return {
      outputShape: [vertical.output, horizontal.output, outputs],
      tensors: useBias ? [kernel, bias] : [kernel],
      flops: 2 * vertical.output * horizontal.output * sizeOf(shape),
    };
  },
});
