import { z } from 'zod';
import { makeRegistry, type PlugIn } from '../util/registry.js';

/** What a scenario's `aggregation` can name; the rules themselves are the coordinator's. */
const aggregations: readonly PlugIn[] = [
  { name: 'mean', summary: 'mean weighted by samples', options: z.strictObject({}) },
];

export const aggregationChoices = makeRegistry<PlugIn>('aggregation rule', aggregations);
