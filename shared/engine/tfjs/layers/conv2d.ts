import type { Tensor, Tensor4D } from '@tensorflow/tfjs';
import { convolutionWindow } from '../../../models/layers/window.js';
import { activate } from './activation.js';
import { padImages, spreadKernel, stridesOf } from './convolution.js';
import type { LayerRunner } from './runner.js';

export const conv2d: LayerRunner<'conv2d'> = {
  kind: 'conv2d',
  run: ({ tf, parameter }, { options, tensors, inputShapes: [shape] }, [input]) => {
    const window = convolutionWindow(shape, options);
    const images = padImages(tf, input, window);
    const kernel = spreadKernel(tf, parameter(tensors['kernel']), window);
    const strides = stridesOf(window);
    const { groups } = options;
    // The library cannot differentiate a split into one part.
    const cut = (value: Tensor): Tensor[] => (groups === 1 ? [value] : tf.split(value, groups, 3));
    const [inputs, kernels] = [cut(images), cut(kernel)];
    const parts = inputs.map((part, i) => tf.conv2d(part as Tensor4D, kernels[i] as Tensor4D, strides, 'valid'));
    const product = groups === 1 ? parts[0] : tf.concat(parts, 3);
    const sum = options.useBias ? tf.add(product, parameter(tensors['bias'])) : product;
    return activate(tf, options.activation, sum);
  },
};
