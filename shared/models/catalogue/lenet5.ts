import { z } from 'zod';
import type { Model } from '../model.js';
import type { Layer } from '../network.js';

const options = z.strictObject({
  activation: z
    .enum(['tanh', 'relu'])
    .default('tanh')
    .describe('After each hidden layer: tanh, as in the paper, or relu.'),
  pooling: z.enum(['average', 'max']).default('average').describe('How maps shrink: average, as in the paper, or max.'),
});

/**
 * LeNet-5 (LeCun et al., "Gradient-Based Learning Applied to Document Recognition", Proceedings of the IEEE 1998,
 * section II.B), in the variant that is usual today: pooling has no trained coefficients, the second convolution sees
 * all six maps, and the output layer is dense and not of radial basis functions. The first convolution has zeros around
 * images of less than 32 pixels, which the paper pads to 32. 61,706 parameters on MNIST.
 */
export const lenet5: Model = {
  name: 'lenet5',
  summary: 'LeNet-5: 5×5 convolutions with 6 and 16 channels, dense layers of 120 and 84 units',
  options,
  build: ({ inputShape, classes }, given) => {
    const { activation, pooling } = options.parse(given);
    const pool: Layer = { kind: pooling === 'max' ? 'maxPooling2d' : 'averagePooling2d' };
    return {
      name: 'lenet5',
      input: inputShape,
      layers: [
        { kind: 'conv2d', filters: 6, kernelSize: 5, padding: inputShape[0] < 32 ? 'same' : 'valid', activation },
        pool,
        { kind: 'conv2d', filters: 16, kernelSize: 5, activation },
        pool,
        { kind: 'flatten' },
        { kind: 'dense', units: 120, activation },
        { kind: 'dense', units: 84, activation },
        { kind: 'dense', units: classes },
      ],
      classes,
    };
  },
};
