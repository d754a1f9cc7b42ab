import { z } from 'zod';

/* Options that several layers share. */

export const activationNames = ['linear', 'relu', 'relu6', 'hardSwish', 'sigmoid', 'tanh', 'gelu', 'softmax'] as const;

/** What an activation is: a function of each value, or for softmax of the last axis. */
export type Activation = (typeof activationNames)[number];

export const activation = z
  .enum(activationNames)
  .default('linear')
  .describe(`Function of the layer’s values: ${activationNames.join(', ')}.`);

export const useBias = z.boolean().default(true).describe('Whether a trained bias is added to each channel or unit.');

const extent = z.int().min(1).max(1024);

/** One number for both directions, or [vertical, horizontal]; always a pair when parsed. */
export const pair = (description: string) =>
  z
    .union([extent.transform((size): [number, number] => [size, size]), z.tuple([extent, extent])])
    .describe(`${description}; one number or [vertical, horizontal], each from 1 to 1024.`);

export const padding = z
  .enum(['valid', 'same'])
  .default('valid')
  .describe('valid: only whole windows; same: zeros around, so that the output has input / stride positions.');

export const count = (description: string) => z.int().min(1).max(1_000_000).describe(`${description}; from 1.`);

export const epsilon = z
  .number()
  .gt(0)
  .lte(1)
  .default(0.001)
  .describe('Added to the variance before its root; more than 0, at most 1.');
