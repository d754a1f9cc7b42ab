import { z } from 'zod';
import type { Optimizer } from '../../engine/engine.js';
import { choiceOf } from '../../options/choice.js';
import { CodedError } from '../../util/errors.js';
import type { CompressedModel } from '../model.js';
import { defineStep, type StepResult } from '../step.js';
import type { Workbench } from '../workbench.js';
import { detailsOf } from './details.js';
import { makeEvaluator, untrained } from './evaluator.js';
import { bestOf } from './front.js';
import { openSpace } from './proposals.js';
import { sizeOfSpace, spaceOptions } from './space.js';
import { searchStrategies } from './strategies/index.js';
import type { Trial } from './strategies/strategy.js';

const options = z.strictObject({
  strategy: choiceOf(searchStrategies, 'How the next network to try is chosen.').prefault('evolution'),
  maxFlops: z
    .number()
    .gt(0)
    .nullable()
    .default(null)
    .describe('Most FLOPs of a network’s forward pass of one example; more than 0, or null: any number.'),
  maxBytes: z
    .number()
    .gt(0)
    .nullable()
    .default(null)
    .describe('Most bytes of the stored network, before steps that follow; more than 0, or null: any number.'),
  ...spaceOptions,
  examples: z
    .int()
    .min(1)
    .max(10_000_000)
    .default(4000)
    .describe('Training examples in the first short training of a network that is tried; from 1 to 10000000.'),
  epochs: z
    .int()
    .min(1)
    .max(1000)
    .default(3)
    .describe('Passes over the training examples of the chosen network; from 1 to 1000.'),
  learningRate: z.number().gt(0).max(10).default(0.05).describe('Of all training; more than 0, at most 10.'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('Of all training; from 0 to less than 1.'),
  batchSize: z.int().min(1).max(100_000).default(16).describe('Examples in one step of it; from 1 to 100000.'),
});

const sgdWith = (momentum: number): Optimizer => ({ kind: 'sgd', momentum, nesterov: false, weightDecay: 0 });

const checkImages = ({ inputShape }: { readonly inputShape: readonly number[] }): void => {
  if (inputShape.length === 3) return;
  throw new CodedError('compression/impossible', `The examples are of the shape [${inputShape.join(', ')}].`, {
    where: 'search',
    hint: 'The networks of the search space are for images: [height, width, channels].',
  });
};

const warnOfReplacing = ({ mask, quantization }: CompressedModel, bench: Workbench): void => {
  if (mask === null && quantization === null) return;
  bench.warn({
    code: 'compression/replaced-model',
    message: 'The network that is found takes the place of the model, and what was pruned or quantized in it is lost.',
  });
};

const warnOfSize = (before: CompressedModel, after: CompressedModel, bench: Workbench): void => {
  if (after.network.flops < before.network.flops) return;
  if (after.network.layout.floats < before.network.layout.floats) return;
  bench.warn({
    code: 'compression/not-smaller',
    message: 'The network that is found has no fewer FLOPs and no fewer parameters than the model that it replaces.',
  });
};

/** @throws CodedError `engine/diverged` where no network could be trained */
const bestTrial = (trials: readonly Trial[]): Trial => {
  const best = bestOf(trials);
  if (best.loss !== null) return best;
  throw new CodedError('engine/diverged', 'The training of every network that was tried diverged.', {
    where: 'search',
    hint: 'Take a smaller learning rate.',
  });
};

/** Looks for a network and trains it. */
export const search = defineStep({
  name: 'search',
  summary: 'searches a small network of convolutional blocks within a budget and trains it, in the model’s place',
  family: 'compact',
  phases: ['search space', 'strategy', 'evaluation', 'training'],
  paper:
    'Real et al. 2019, Regularized Evolution for Image Classifier Architecture Search; Jamieson and Talwalkar 2016',
  options,
  create: (given) => ({
    foresee: ({ network }) => {
      if (network !== null) checkImages({ inputShape: network.network.input });
      return { network: null, isQuantized: false };
    },
    apply: async (before, bench): Promise<StepResult> => {
      const { dataset } = bench;
      checkImages(dataset);
      warnOfReplacing(before, bench);
      const { batchSize, learningRate, epochs, examples } = given;
      const schooling = { batchSize, learningRate, optimizer: sgdWith(given.momentum) };
      const networks = sizeOfSpace(given);
      bench.report({ phase: 'search space', done: 0, note: `${networks.toLocaleString('en-US')} networks` });
      const proposals = openSpace(given, { ...given, ...dataset }, given);
      const [plugIn, chosenOptions] = searchStrategies.chosen(given.strategy);
      const strategy = plugIn.create(chosenOptions);
      const { evaluations } = strategy;
      bench.report({ phase: 'strategy', done: 0, note: `${plugIn.name}, ${evaluations} short trainings` });
      const trials: Trial[] = [];
      const stream = bench.random('search/strategy');
      await strategy.search({
        stream,
        draw: () => proposals.draw(stream),
        mutate: (of) => proposals.mutate(of, stream),
        evaluate: makeEvaluator({
          bench,
          schooling,
          examples,
          evaluations,
          // Their parameters have served their purpose.
          onTrial: (trial) => trials.push({ ...trial, model: null }),
        }),
      });
      const best = bestTrial(trials);
      const plan = { ...schooling, phase: 'training', epochs };
      const { model } = await bench.train(untrained(best, bench.seed), plan);
      warnOfSize(before, model, bench);
      return { ...model, details: detailsOf(plugIn.name, networks, trials, best) };
    },
  }),
});
