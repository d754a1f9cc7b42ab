import type { FeatureLoss } from '../../engine.js';
import { attention } from './attention.js';
import type { FeatureWriter } from './feature-writer.js';
import { hint } from './hint.js';
import { angle, distance } from './relation.js';
import { statistics } from './statistics.js';

const writers = { hint, attention, distance, angle };

/** How a feature loss is computed. */
export const featureWriter = (feature: FeatureLoss): FeatureWriter =>
  feature.kind === 'statistics' ? statistics(feature) : writers[feature.kind];
