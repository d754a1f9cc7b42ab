import { z } from 'zod';
import { channelBlock, roundedChannels, widthOption } from '../blocks/channels.js';
import { pooledClassifier } from '../blocks/classifier.js';
import { convolution, depthwise, pointwise } from '../blocks/convolution.js';
import { normalizationOption, type Normalization } from '../blocks/normalization.js';
import { addRelu } from '../blocks/residual.js';
import { atResolution, resolutionOption } from '../blocks/resolution.js';
import type { Model } from '../model.js';
import type { Layer } from '../network.js';

/** Table 1: the channels of the first stage, by the number of groups. The next stages have twice and four times as many. */
const firstStage = { 1: 144, 2: 200, 3: 240, 4: 272, 8: 384 } as const;

const options = z.strictObject({
  width: widthOption(0.5),
  resolution: resolutionOption,
  groups: z
    .union([z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(8)])
    .default(3)
    .describe('Groups of the pointwise convolutions: 1, 2, 3, 4 or 8; more groups have more channels.'),
  normalization: normalizationOption,
});

/** Units of each stage; the first of each halves the image. */
const repeats = [4, 8, 4] as const;

interface Unit {
  readonly name: string;
  readonly input: string;
  readonly channels: number;
  readonly filters: number;
  /** Of the first pointwise convolution: one where its input is narrow, as in the paper. */
  readonly firstGroups: number;
}

interface Style {
  readonly groups: number;
  readonly normalization: Normalization;
}

/** Channels come in multiples of this, so that each group gets an equal part. */
const multipleFor = (groups: number): number => (channelBlock % groups === 0 ? channelBlock : channelBlock * groups);

const channelsFor = (channels: number, groups: number): number => roundedChannels(channels, multipleFor(groups));

/** Figure 2: pointwise group convolution, channel shuffle, depthwise convolution, pointwise group convolution. */
const branch = ({ name, filters, channels, firstGroups }: Unit, strides: number, style: Style): Layer[] => {
  const { groups, normalization } = style;
  const inner = channelsFor(filters / 4, groups);
  // Where the image shrinks, the shortcut's channels are appended instead of added.
  const outputs = strides === 1 ? filters : filters - channels;
  return [
    ...pointwise(`${name}/compress`, normalization, { filters: inner, groups: firstGroups }),
    ...(groups === 1 ? [] : [{ kind: 'channelShuffle', name: `${name}/shuffle`, groups } as const]),
    ...depthwise(`${name}/depthwise`, normalization, { channels: inner, strides, activation: 'linear' }),
    ...pointwise(`${name}/expand`, normalization, { filters: outputs, groups, activation: 'linear' }),
  ];
};

/** Figure 2 b: the shortcut is the input itself. */
const unit = (given: Unit, style: Style): Layer[] => [
  ...branch(given, 1, style),
  ...addRelu(given.name, [`${given.name}/expand`, given.input]),
];

/** Figure 2 c: half as many rows and columns, the shortcut pooled and put beside the branch. */
const shrinkingUnit = (given: Unit, style: Style): Layer[] => {
  const { name, input } = given;
  return [
    ...branch(given, 2, style),
    { kind: 'averagePooling2d', name: `${name}/shortcut`, from: input, poolSize: 3, strides: 2, padding: 'same' },
    { kind: 'concatenate', name: `${name}/concatenate`, from: [`${name}/shortcut`, `${name}/expand`] },
    { kind: 'activation', name, activation: 'relu' },
  ];
};

const units = (width: number, style: Style & { readonly groups: keyof typeof firstStage }, stem: number): Layer[] => {
  let [input, channels] = ['stem', stem];
  return repeats.flatMap((count, stage) => {
    const wanted = channelsFor(firstStage[style.groups] * 2 ** stage * width, style.groups);
    // The first unit adds channels to those that come in, however narrow the network is.
    const filters = Math.max(wanted, channels + multipleFor(style.groups));
    return Array.from({ length: count }, (_, i) => {
      const name = `stage${stage + 2}/unit${i + 1}`;
      const firstGroups = stage === 0 && i === 0 ? 1 : style.groups;
      const given = { name, input, channels, filters, firstGroups };
      [input, channels] = [name, filters];
      return i === 0 ? shrinkingUnit(given, style) : unit(given, style);
    }).flat();
  });
};

/**
 * ShuffleNet of Zhang et al., "ShuffleNet: An Extremely Efficient Convolutional Neural Network for Mobile Devices"
 * (CVPR 2018), section 3 and table 1, for small images: the first convolution has the step 1 instead of 2 and no
 * pooling follows, so that 28 or 32 pixels become 4 at the end, and the normalization can be chosen.
 */
export const shufflenet: Model = {
  name: 'shufflenet',
  summary: 'ShuffleNet: 16 units of grouped pointwise convolutions and channel shuffle, for small images',
  options,
  shorthand: 'width',
  build: ({ inputShape, classes }, given) => {
    const { width, resolution, groups, normalization } = options.parse(given);
    const stem = channelsFor(24 * width, groups);
    return {
      name: 'shufflenet',
      input: inputShape,
      layers: [
        ...atResolution(resolution),
        ...convolution('stem', normalization, { filters: stem }),
        ...units(width, { groups, normalization }, stem),
        ...pooledClassifier(classes),
      ],
      classes,
    };
  },
};
