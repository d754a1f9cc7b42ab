import { z } from 'zod';
import type { Optimizer } from '../../engine/engine.js';
import { makeRegistry, type PlugIn } from '../../util/registry.js';

/** What a scenario's `local.optimizer` can name. */
export interface OptimizerPlugIn extends PlugIn {
  /** @param options as a resolved scenario has them */
  read(options: Readonly<Record<string, unknown>>): { readonly learningRate: number; readonly optimizer: Optimizer };
}

const rate = (usual: number) =>
  z
    .number()
    .gt(0)
    .lte(1000)
    .default(usual)
    .describe('Step size: a parameter moves by learningRate times the gradient of the batch’s mean loss. More than 0.');

const fraction = (usual: number, description: string) =>
  z.number().min(0).lt(1).default(usual).describe(`${description}; from 0 to less than 1.`);

const decay = (description: string) => z.number().min(0).lte(1000).default(0).describe(`${description}; from 0, none.`);

const sgdOptions = z.strictObject({
  learningRate: rate(0.1),
  momentum: fraction(0, 'Part of the last step’s direction that is kept; begins at 0 in every round'),
  nesterov: z.boolean().default(false).describe('Whether the momentum looks one step ahead (Nesterov).'),
  weightDecay: decay('Times the parameter is added to its gradient (L2)'),
});

const sgd: OptimizerPlugIn = {
  name: 'sgd',
  summary: 'stochastic gradient descent, with momentum if wanted',
  shorthand: 'learningRate',
  options: sgdOptions,
  read: (options) => {
    const { learningRate, ...rest } = sgdOptions.parse(options);
    return { learningRate, optimizer: { kind: 'sgd', ...rest } };
  },
};

const adamOptions = (description: string) =>
  z.strictObject({
    learningRate: rate(0.001),
    beta1: fraction(0.9, 'Memory of the gradient’s mean'),
    beta2: fraction(0.999, 'Memory of the gradient’s square'),
    epsilon: z
      .number()
      .gt(0)
      .lte(1)
      .default(1e-7)
      .describe('Added to the root of the mean square; more than 0, at most 1.'),
    weightDecay: decay(description),
  });

const adamLike = (kind: 'adam' | 'adamw', summary: string, decayed: string): OptimizerPlugIn => {
  const options = adamOptions(decayed);
  return {
    name: kind,
    summary,
    shorthand: 'learningRate',
    options,
    read: (given) => {
      const { learningRate, ...rest } = options.parse(given);
      return { learningRate, optimizer: { kind, ...rest } };
    },
  };
};

const adam = adamLike(
  'adam',
  'Adam (Kingma and Ba 2015); its state begins at 0 in every round',
  'Times the parameter is added to its gradient (L2)',
);

const adamw = adamLike(
  'adamw',
  'AdamW (Loshchilov and Hutter 2019): Adam with decoupled weight decay',
  'Times the learning rate is the part by which a parameter shrinks in a step',
);

export const optimizers = makeRegistry('optimizer', [sgd, adam, adamw]);
