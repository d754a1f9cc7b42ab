import { z } from 'zod';
import { roundedChannels, widthOption } from '../blocks/channels.js';
import { pooledClassifier } from '../blocks/classifier.js';
import { convolution, depthwise, pointwise } from '../blocks/convolution.js';
import { normalizationOption } from '../blocks/normalization.js';
import { atResolution, resolutionOption } from '../blocks/resolution.js';
import type { Model } from '../model.js';

const options = z.strictObject({
  width: widthOption(0.5),
  resolution: resolutionOption,
  normalization: normalizationOption,
});

/** Table 1: the channels that each depthwise separable convolution gives, and its step. */
const blocks: readonly (readonly [filters: number, strides: number])[] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  ...Array.from({ length: 5 }, () => [512, 1] as const),
  [1024, 2],
  [1024, 1],
];

/**
 * MobileNet of Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications"
 * (2017), section 3 and table 1, for small images: the first convolution has the step 1 instead of 2, so that 28 or 32
 * pixels become 2 at the end, and the normalization can be chosen. ReLU follows each convolution.
 */
export const mobilenetv1: Model = {
  name: 'mobilenetv1',
  summary: 'MobileNet: 13 depthwise separable convolutions, for small images',
  options,
  shorthand: 'width',
  build: ({ inputShape, classes }, given) => {
    const { width, resolution, normalization } = options.parse(given);
    const stem = roundedChannels(32 * width);
    const filters = blocks.map(([channels]) => roundedChannels(channels * width));
    return {
      name: 'mobilenetv1',
      input: inputShape,
      layers: [
        ...atResolution(resolution),
        ...convolution('stem', normalization, { filters: stem }),
        ...blocks.flatMap(([, strides], i) => {
          const name = `block${i + 1}`;
          return [
            ...depthwise(`${name}/depthwise`, normalization, { channels: i === 0 ? stem : filters[i - 1], strides }),
            ...pointwise(name, normalization, { filters: filters[i] }),
          ];
        }),
        ...pooledClassifier(classes),
      ],
      classes,
    };
  },
};
