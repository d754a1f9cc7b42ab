import { z } from 'zod';
import { roundedChannels, widthOption } from '../blocks/channels.js';
import { pooledClassifier } from '../blocks/classifier.js';
import { convolution, depthwise, pointwise } from '../blocks/convolution.js';
import { normalizationOption, type Normalization } from '../blocks/normalization.js';
import { atResolution, resolutionOption } from '../blocks/resolution.js';
import type { Model } from '../model.js';
import type { Layer } from '../network.js';

const options = z.strictObject({
  width: widthOption(0.5),
  resolution: resolutionOption,
  normalization: normalizationOption,
});

/** Table 2: expansion factor, channels, repetitions, and the step of the first repetition. */
const stages: readonly (readonly [expansion: number, filters: number, repeats: number, strides: number])[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

const activation = 'relu6';

interface Bottleneck {
  readonly name: string;
  readonly expansion: number;
  readonly channels: number;
  readonly filters: number;
  readonly strides: number;
}

/** An inverted residual with a linear bottleneck: wide inside, and added to its input where the size stays. */
const bottleneck = (
  { name, expansion, channels, filters, strides }: Bottleneck,
  input: string,
  normalization: Normalization,
): Layer[] => {
  const inner = channels * expansion;
  const adds = strides === 1 && channels === filters;
  return [
    ...(expansion === 1 ? [] : pointwise(`${name}/expand`, normalization, { filters: inner, activation })),
    ...depthwise(`${name}/depthwise`, normalization, { channels: inner, strides, activation }),
    ...pointwise(adds ? `${name}/project` : name, normalization, { filters, activation: 'linear' }),
    ...(adds ? [{ kind: 'add', name, from: [`${name}/project`, input] } as const] : []),
  ];
};

const bottlenecksOf = (width: number): Bottleneck[] => {
  let channels = roundedChannels(32 * width);
  return stages.flatMap(([expansion, wanted, repeats, strides], stage) => {
    const filters = roundedChannels(wanted * width);
    return Array.from({ length: repeats }, (_, i) => {
      const name = `block${stage + 1}${'abcd'[i]}`;
      const block = { name, expansion, channels, filters, strides: i === 0 ? strides : 1 };
      channels = filters;
      return block;
    });
  });
};

/**
 * MobileNetV2 of Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (CVPR 2018), section 4 and
 * table 2, for small images: the first convolution has the step 1 instead of 2, so that 28 or 32 pixels become 2 at the
 * end, the last convolution follows the width as all others do, and the normalization can be chosen.
 */
export const mobilenetv2: Model = {
  name: 'mobilenetv2',
  summary: 'MobileNetV2: 17 inverted residuals with linear bottlenecks, for small images',
  options,
  shorthand: 'width',
  build: ({ inputShape, classes }, given) => {
    const { width, resolution, normalization } = options.parse(given);
    const blocks = bottlenecksOf(width);
    return {
      name: 'mobilenetv2',
      input: inputShape,
      layers: [
        ...atResolution(resolution),
        ...convolution('stem', normalization, { filters: roundedChannels(32 * width), activation }),
        ...blocks.flatMap((block, i) => bottleneck(block, i === 0 ? 'stem' : blocks[i - 1].name, normalization)),
        ...pointwise('head', normalization, { filters: roundedChannels(1280 * width), activation }),
        ...pooledClassifier(classes),
      ],
      classes,
    };
  },
};
