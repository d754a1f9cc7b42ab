import { makeRegistry } from '../../util/registry.js';
import type { AggregationRule } from '../method.js';
import { ef21 } from './ef21.js';
import { majority } from './majority.js';
import { mean } from './mean.js';

export const aggregationRules = makeRegistry<AggregationRule>('aggregation rule', [mean, majority, ef21]);
