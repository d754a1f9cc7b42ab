import { z } from 'zod';
import { roundedChannels, widthOption } from '../blocks/channels.js';
import { pooledClassifier } from '../blocks/classifier.js';
import { convolution, pointwise } from '../blocks/convolution.js';
import { normalizationOption, type Normalization } from '../blocks/normalization.js';
import { addRelu, projection } from '../blocks/residual.js';
import { atResolution, resolutionOption } from '../blocks/resolution.js';
import type { Model } from '../model.js';
import type { Layer } from '../network.js';

const options = z.strictObject({
  width: widthOption(1),
  resolution: resolutionOption,
  expansion: z
    .number()
    .min(0.5)
    .max(16)
    .default(3)
    .describe('Channels that are shifted, for each channel that a module gives; from 0.5 to 16.'),
  blocks: z.int().min(1).max(18).default(3).describe('Modules in each of the three stages, 1 to 18; 3 make 20 layers.'),
  normalization: normalizationOption,
});

interface Module {
  readonly name: string;
  readonly input: string;
  readonly filters: number;
  readonly inner: number;
  readonly strides: number;
}

/** Section 3.2, convolution – shift – convolution (CSC): both convolutions see one position, the shift mixes them. */
const shiftModule = ({ name, input, filters, inner, strides }: Module, normalization: Normalization): Layer[] => {
  const shortcut = projection(`${name}/shortcut`, input, normalization, { filters, strides });
  return [
    ...pointwise(`${name}/expand`, normalization, { filters: inner }),
    { kind: 'shift', name: `${name}/shift` },
    ...pointwise(`${name}/project`, normalization, { filters, strides, activation: 'linear' }),
    ...shortcut.layers,
    ...addRelu(name, [`${name}/project`, shortcut.name]),
  ];
};

const modulesOf = ({ width, expansion, blocks }: z.output<typeof options>): Module[] => {
  let input = 'stem';
  return [16, 32, 64].flatMap((channels, stage) => {
    const filters = roundedChannels(channels * width);
    return Array.from({ length: blocks }, (_, i) => {
      const name = `stage${stage + 1}/module${i + 1}`;
      const inner = roundedChannels(filters * expansion);
      const module = { name, input, filters, inner, strides: stage > 0 && i === 0 ? 2 : 1 };
      input = name;
      return module;
    });
  });
};

/**
 * The ShiftResNet of Wu et al., "Shift: A Zero FLOP, Zero Parameter Alternative to Spatial Convolutions" (CVPR 2018),
 * section 4.1: the residual network for small images of He et al. (2016), its pairs of 3×3 convolutions replaced by
 * convolution – shift – convolution modules. Shortcuts that change the size are 1×1 convolutions.
 */
export const shiftnet: Model = {
  name: 'shiftnet',
  summary: 'ShiftResNet-20: residual network whose modules shift channels between pointwise convolutions',
  options,
  shorthand: 'width',
  build: ({ inputShape, classes }, given) => {
    const parsed = options.parse(given);
    const { width, resolution, normalization } = parsed;
    return {
      name: 'shiftnet',
      input: inputShape,
      layers: [
        ...atResolution(resolution),
        ...convolution('stem', normalization, { filters: roundedChannels(16 * width) }),
        ...modulesOf(parsed).flatMap((module) => shiftModule(module, normalization)),
        ...pooledClassifier(classes),
      ],
      classes,
    };
  },
};
