import { pooledClassifier } from '../../models/blocks/classifier.js';
import { convolution } from '../../models/blocks/convolution.js';
import type { Normalization } from '../../models/blocks/normalization.js';
import type { ModelShape } from '../../models/model.js';
import type { Layer, Network } from '../../models/network.js';
import { searchBlocks } from './blocks/index.js';

/** What a search decides of one stage: equal blocks one after the other. */
export interface StageGenes {
  /** The block's name. */
  readonly block: string;
  /** Odd. */
  readonly kernelSize: number;
  /** Channels, a multiple of 8. */
  readonly filters: number;
  /** Blocks, from 1. */
  readonly repeats: number;
}

/** A network of the search space: its stages in order. */
export type Architecture = readonly StageGenes[];

/** What all networks of a search space have in common. */
export interface Frame extends ModelShape {
  /** Channels of the first convolution, a multiple of 8. */
  readonly stem: number;
  readonly normalization: Normalization;
}

/** `separable 3×3 24 ×2 | shift 5×5 32`: two blocks of 24 channels, then one of 32. Equal networks have equal words. */
export const wordsOf = (architecture: Architecture): string =>
  architecture
    .map(({ block, kernelSize, filters, repeats }) =>
      [block, `${kernelSize}×${kernelSize}`, filters, ...(repeats === 1 ? [] : [`×${repeats}`])].join(' '),
    )
    .join(' | ');

/**
 * The network: a 3×3 convolution that halves the image, the stages, of which all but the first halve it again, the mean of
 * each channel, a dense layer.
 */
export const networkOf = (architecture: Architecture, frame: Frame): Network => {
  const { inputShape, classes, stem, normalization } = frame;
  const layers: Layer[] = convolution('stem', normalization, { filters: stem, strides: 2 });
  let [input, channels] = ['stem', stem];
  for (const [stage, { block, kernelSize, filters, repeats }] of architecture.entries()) {
    for (let i = 0; i < repeats; i++) {
      const name = `stage${stage + 1}/block${i + 1}`;
      const strides = stage > 0 && i === 0 ? 2 : 1;
      const place = { name, input, channels, filters, kernelSize, strides, normalization };
      layers.push(...searchBlocks.get(block).layers(place));
      [input, channels] = [name, filters];
    }
  }
  return { name: 'search', input: inputShape, layers: [...layers, ...pooledClassifier(classes)], classes };
};
