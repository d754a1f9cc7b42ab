import { z } from 'zod';
import { name, seed } from './words.js';

const path = z.string().min(1);

/** The `sweep` of a scenario file: cases × grid × seeds. */
export const sweepSchema = z
  .strictObject({
    baseline: name
      .nullable()
      .default(null)
      .describe('The case that the savings of the others are measured against; null: none.'),
    cases: z
      .array(
        z.strictObject({
          name: name.describe('Name of the case, part of its run folders’ names.'),
          set: z
            .record(path, z.unknown())
            .default({})
            .describe('What the case changes: scenario path and value, as in { uplink: stc, local.batchSize: 32 }.'),
        }),
      )
      .max(1000)
      .default([])
      .describe(
        'Variants of the scenario, each { name, set }, where set maps scenario paths to values. Without any, there is one case: the scenario itself.',
      ),
    grid: z
      .record(path, z.array(z.unknown()).min(1).max(1000))
      .default({})
      .describe(
        'Scenario paths with lists of values, as in { local.batchSize: [10, 32] }: every case is run with every combination.',
      ),
    seeds: z
      .array(seed)
      .min(1)
      .max(1000)
      .nullable()
      .default(null)
      .describe('Each point is repeated with each of these seeds; null: with the scenario’s own.'),
  })
  .describe('Many runs from one file: every case, with every combination of the grid, with every seed.');

/** A sweep with every default filled in. */
export type Sweep = z.output<typeof sweepSchema>;
