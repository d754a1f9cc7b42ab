import type { PlacedLayer } from '../models/network.js';
import { sizeOf } from '../params/layout.js';
import { CodedError } from '../util/errors.js';
import type { FeatureLoss, TrainingSpec } from './engine.js';
import { findLayer } from './find-layer.js';

/** Squared distances and norms up to this have the gradient 0: their root has none at 0. */
export const tinySquare = 1e-12;

/** Numbers of one example's target of a feature loss. */
const targetSize = (feature: FeatureLoss, { outputShape }: PlacedLayer): number => {
  switch (feature.kind) {
    case 'hint':
      return sizeOf(outputShape);
    case 'attention':
      return sizeOf(outputShape.slice(0, -1));
    case 'distance':
    case 'angle':
      return feature.size;
    case 'statistics':
      return 0;
  }
};

/** Numbers of one example's target, of each feature loss of a program. */
export const targetSizes = ({ network, features = [] }: Pick<TrainingSpec, 'network' | 'features'>): number[] =>
  features.map((feature) => targetSize(feature, findLayer(network, feature.layer)));

const problemOf = (feature: FeatureLoss, { outputShape }: PlacedLayer): [message: string, hint: string] | null => {
  const { weight, kind } = feature;
  if (!(weight >= 0 && weight < 1e6)) return [`Its weight is ${weight}.`, 'It is 0 or more.'];
  if (kind === 'attention' && outputShape.length !== 3) {
    return [`It gives [${outputShape.join(', ')}].`, 'Attention is that of an image: [height, width, channels].'];
  }
  if ((kind === 'distance' || kind === 'angle') && !(Number.isSafeInteger(feature.size) && feature.size > 0)) {
    return [`Its targets have the size ${feature.size}.`, 'It is a whole number from 1.'];
  }
  if (kind !== 'statistics') return null;
  const channels = outputShape[outputShape.length - 1];
  const { mean, variance } = feature;
  if (mean.length !== channels || variance.length !== channels) {
    return [`${mean.length} means and ${variance.length} variances came.`, `It has ${channels} channels.`];
  }
  return variance.every((value) => value > 0) ? null : ['A variance is not above 0.', 'Add an epsilon to it.'];
};

/** @throws CodedError `argument/unknown-name` for the layer, `argument/invalid` for the rest */
export const checkFeatures = ({ network, features = [] }: TrainingSpec): void => {
  for (const feature of features) {
    const problem = problemOf(feature, findLayer(network, feature.layer));
    if (problem === null) continue;
    const [message, hint] = problem;
    throw new CodedError('argument/invalid', message, {
      where: `the loss '${feature.kind}' of layer '${feature.layer}'`,
      hint,
    });
  }
};
