import type { AggregationRule } from '../method.js';
import { makeRegistry } from '../../util/registry.js';
import { mean } from './mean.js';

export const aggregationRules = makeRegistry<AggregationRule>('aggregation rule', [mean]);
