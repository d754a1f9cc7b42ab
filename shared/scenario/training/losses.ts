import { z } from 'zod';
import type { Loss } from '../../engine/engine.js';
import { makeRegistry, type PlugIn } from '../../util/registry.js';

/** What a scenario's `local.loss` can name. */
export interface LossPlugIn extends PlugIn {
  /** @param options as a resolved scenario has them */
  read(options: Readonly<Record<string, unknown>>): Loss;
}

const crossEntropyOptions = z.strictObject({
  labelSmoothing: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Part of a label that is spread over all classes; from 0 to less than 1.'),
});

const crossEntropy: LossPlugIn = {
  name: 'crossEntropy',
  summary: 'softmax cross-entropy with the label',
  options: crossEntropyOptions,
  shorthand: 'labelSmoothing',
  read: (options) => ({ kind: 'crossEntropy', ...crossEntropyOptions.parse(options) }),
};

const meanSquaredError: LossPlugIn = {
  name: 'meanSquaredError',
  summary: 'mean squared distance of the logits from the one-hot label',
  options: z.strictObject({}),
  read: () => ({ kind: 'meanSquaredError' }),
};

export const losses = makeRegistry('loss', [crossEntropy, meanSquaredError]);
