import { z } from 'zod';
import { criteria, type CriterionName } from './channel-scores.js';
import { scopeOption, trainingOptions, type TrainingOptions } from './training-options.js';

const words = Object.keys(criteria) as CriterionName[];

/** How much goes, of whole filters or units, and when. */
export const channelBudgetOptions = {
  sparsity: z
    .number()
    .gt(0)
    .lt(1)
    .nullable()
    .default(null)
    .describe('Part that goes of those that can go; more than 0, less than 1; null: as flops says, or half.'),
  flops: z
    .number()
    .gt(0)
    .lt(1)
    .nullable()
    .default(null)
    .describe(
      'Part of the network’s FLOPs that may be left, instead of sparsity; more than 0, less than 1; null: as sparsity says.',
    ),
  // Of few filters, those of one layer alone are compared fairly: wide layers would lose most of theirs.
  scope: scopeOption.default('layer'),
  multipleOf: z
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe(
      'A layer keeps a multiple of this, where it can; fast kernels compute 8 or 16 channels at once; from 1 to 64.',
    ),
  ...trainingOptions,
};

/** What makes a filter or a unit important. */
export const criterionOption = z
  .enum(words)
  .default('l1')
  .describe(`What makes one important: ${words.map((word) => `${word}: ${criteria[word].summary}`).join('; ')}.`);

export interface ChannelOptions extends TrainingOptions {
  readonly sparsity: number | null;
  readonly flops: number | null;
  readonly scope: 'global' | 'layer';
  readonly multipleOf: number;
}

/** For `refine`: either of them decides how much goes. */
export const oneAmount: [
  check: (options: Pick<ChannelOptions, 'sparsity' | 'flops'>) => boolean,
  problem: { message: string; path: string[] },
] = [
  ({ sparsity, flops }) => sparsity === null || flops === null,
  { message: 'sparsity is given too, and each decides how much goes; say one of them', path: ['flops'] },
];
