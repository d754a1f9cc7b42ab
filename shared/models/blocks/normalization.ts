import { z } from 'zod';
import type { Step } from './chain.js';

export const normalizations = ['group', 'batch', 'none'] as const;

export type Normalization = (typeof normalizations)[number];

export const normalizationOption = z
  .enum(normalizations)
  .default('group')
  .describe(
    'What follows each convolution: group (independent of the batch, as federated training asks for), batch (its running statistics travel and are averaged) or none.',
  );

/** Eight groups, fewer where a group would have less than four channels. */
const groupsOf = (channels: number): number => Math.max(1, Math.min(8, Math.floor(channels / 4)));

/** With few local steps, running statistics must follow faster than with Keras's 0.99. */
const momentum = 0.9;

/** The normalization of a number of channels, a multiple of 8; no step where there is none. */
export const normalizationSteps = (normalization: Normalization, channels: number): Step[] => {
  if (normalization === 'group') return [['norm', { kind: 'groupNormalization', groups: groupsOf(channels) }]];
  if (normalization === 'batch') return [['norm', { kind: 'batchNormalization', momentum }]];
  return [];
};
