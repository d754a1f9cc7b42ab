import type { AggregationRule } from '../../shared/method/method.js';
import { makeRegistry } from '../../shared/util/registry.js';
import { mean } from './mean.js';

export const aggregationRules = makeRegistry<AggregationRule>('aggregation rule', [mean]);
