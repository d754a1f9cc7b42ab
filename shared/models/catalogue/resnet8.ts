import { z } from 'zod';
import { roundedChannels, widthOption } from '../blocks/channels.js';
import { pooledClassifier } from '../blocks/classifier.js';
import { convolution } from '../blocks/convolution.js';
import { normalizationOption, type Normalization } from '../blocks/normalization.js';
import { addRelu, projection } from '../blocks/residual.js';
import type { Model } from '../model.js';
import type { Layer } from '../network.js';

const options = z.strictObject({ width: widthOption(1), normalization: normalizationOption });

/** Two 3×3 convolutions and a shortcut: the input itself, or where the size changes a 1×1 convolution of it. */
const block = (
  name: string,
  input: string,
  normalization: Normalization,
  { filters, strides }: { filters: number; strides: number },
): Layer[] => {
  const shortcut = projection(`${name}/shortcut`, input, normalization, { filters, strides });
  return [
    ...convolution(`${name}/first`, normalization, { filters, strides }),
    ...convolution(`${name}/second`, normalization, { filters, activation: 'linear' }),
    ...shortcut.layers,
    ...addRelu(name, [`${name}/second`, shortcut.name]),
  ];
};

/**
 * The residual network for small images of He et al., "Deep Residual Learning for Image Recognition" (CVPR 2016),
 * section 4.2, with n = 1: 6n + 2 = 8 layers with 16, 32 and 64 channels. Shortcuts that change the size are 1×1
 * convolutions (option B of section 3.3). Normalization is that of groups (Wu and He, ECCV 2018) unless told otherwise.
 */
export const resnet8: Model = {
  name: 'resnet8',
  summary: 'residual network of 8 layers with 16, 32 and 64 channels',
  options,
  build: ({ inputShape, classes }, given) => {
    const { width, normalization } = options.parse(given);
    const [first, second, third] = [16, 32, 64].map((channels) => roundedChannels(channels * width));
    return {
      name: 'resnet8',
      input: inputShape,
      layers: [
        ...convolution('stem', normalization, { filters: first }),
        ...block('block1', 'stem', normalization, { filters: first, strides: 1 }),
        ...block('block2', 'block1', normalization, { filters: second, strides: 2 }),
        ...block('block3', 'block2', normalization, { filters: third, strides: 2 }),
        ...pooledClassifier(classes),
      ],
      classes,
    };
  },
};
