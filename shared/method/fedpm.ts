import { z } from 'zod';
import { constant, signed } from '../models/initializers.js';
import { fanIn, kernelsOf } from '../models/kernels.js';
import type { CompiledNetwork } from '../models/network.js';
import { makeLayout, subLayout, type Layout } from '../params/layout.js';
import { copyParameters, gatherFloats, scatterFloats, zeroParameters } from '../params/parameters.js';
import { CodedError } from '../util/errors.js';
import { RandomStream } from '../util/random.js';
import { probabilityOf, sampleMask, scoreOf } from './masks/bernoulli.js';
import { BetaPosteriors } from './masks/beta.js';
import { exactParts, exactPolicies, exactRound, exactValues } from './exact-parts.js';
import {
  defineMethod,
  type ClientTask,
  type ClientUpdate,
  type LocalTraining,
  type Parameterization,
  type Parts,
  type ReceivedUpdate,
  type ServerRound,
  type ServerState,
  type ServerTask,
} from './method.js';

/*
 * FedPM, federated probabilistic masks: Isik et al., "Sparse Random Networks for Communication-Efficient Federated
 * Learning" (ICLR 2023), Algorithms 1 and 2. The weights stay as they were drawn; what is learnt is the probability of
 * each to be used. The model is these probabilities θ, in the place of the kernels of dense layers and convolutions. A
 * client trains scores s from σ(s) = θ with a mask drawn in each step, and sends one mask drawn from what it came to; the
 * coordinator counts ones in Beta(α, β) distributions and sends their modes or means down.
 *
 * All other tensors that networks train (biases, scales and offsets of normalization, embeddings) keep their first values.
 */

const options = z.strictObject({
  prior: z
    .number()
    .min(1)
    .max(1e6)
    .default(1)
    .describe('α and β of each Beta distribution before any mask was seen; from 1, all probabilities alike, to 1e6.'),
  resetEvery: z
    .int()
    .min(1)
    .max(1_000_000)
    .nullable()
    .default(1)
    .describe(
      'Rounds after which the Beta distributions begin at the prior again; from 1, each round by itself, to 1000000; null: never.',
    ),
  estimate: z
    .enum(['mode', 'mean'])
    .default('mode')
    .describe('What the probabilities are of the Beta distributions: mode or mean.'),
  evaluate: z
    .enum(['mean', 'sampled'])
    .default('sampled')
    .describe(
      'Weights that are evaluated and kept: mean, each times its probability, or sampled, those of one mask drawn for the round.',
    ),
  margin: z
    .number()
    .gt(0)
    .lt(0.5)
    .default(0.01)
    .describe(
      'Local training begins with probabilities at least this far from 0 and 1, where scores would be infinite; more than 0 and less than 0.5.',
    ),
});
type Options = z.infer<typeof options>;

/** The network with probabilities in the place of kernels, ½ at first, and everything else that is trained frozen. */
const masked = (network: CompiledNetwork): CompiledNetwork => {
  const kernels = kernelsOf(network.layers);
  const tensors = network.layout.tensors.map((tensor) =>
    tensor.role === 'weight' && !kernels.has(tensor.name) ? { ...tensor, role: 'frozen' as const } : tensor,
  );
  const halves = [...kernels.keys()].map((name) => [name, constant(0.5)] as const);
  return { ...network, layout: makeLayout(tensors), initializers: new Map(halves) };
};

/** The weights that masks are of: ±√(2 / fan in) with signs from the seed (signed Kaiming constant); 0 elsewhere. */
const frozenWeights = ({ layers, layout }: CompiledNetwork, seed: number): Float32Array => {
  const { floats } = zeroParameters(layout);
  const kernels = kernelsOf(layers);
  for (const { name, shape, offset, size } of layout.tensors) {
    const layer = kernels.get(name);
    if (layer === undefined) continue;
    const stream = new RandomStream({ seed, purpose: `fedpm/weights/${name}` });
    signed(Math.sqrt(2 / fanIn(layer, shape)))(floats.subarray(offset, offset + size), shape, stream);
  }
  return floats;
};

const clamped = (probability: number): number => Math.min(Math.max(probability, 0), 1);

const parameterize = (network: CompiledNetwork, seed: number, { evaluate }: Options): Parameterization => {
  const learnt = masked(network);
  const weights = frozenWeights(network, seed);
  const tensors = learnt.layout.tensors.filter(({ role }) => role === 'weight').map(({ name }) => name);
  const constants = gatherFloats(learnt.layout, weights, ['weight']);
  return {
    network: learnt,
    training: { weightTransform: { kind: 'bernoulliMask', tensors, weights } },
    weights: ({ floats, counters }, round) => {
      // What was coded with loss may be a little outside.
      const probabilities = gatherFloats(learnt.layout, floats, ['weight']).map(clamped);
      const stream = new RandomStream({ seed, purpose: 'fedpm/evaluation', round });
      const factors = evaluate === 'mean' ? probabilities : sampleMask(probabilities, stream);
      const result = copyParameters({ layout: network.layout, floats, counters });
      scatterFloats(
        learnt.layout,
        result.floats,
        ['weight'],
        constants.map((weight, i) => weight * factors[i]),
      );
      return result;
    },
  };
};

const partsOf = (layout: Layout): Parts => {
  const weights = subLayout(layout, ['weight']);
  const exact = exactParts(layout);
  return {
    up: [{ name: 'mask', coding: 'codec', layout: weights }, ...exact],
    down: [{ name: 'delta', coding: 'codec', layout: weights }, ...exact],
  };
};

const clientRound = async (
  { model, seed, round, client }: ClientTask,
  state: ClientUpdate['state'],
  train: LocalTraining,
  { margin }: Options,
): Promise<ClientUpdate> => {
  const { layout } = model;
  const scores = copyParameters(model);
  const start = gatherFloats(layout, model.floats, ['weight']).map((probability) => scoreOf(probability, margin));
  scatterFloats(layout, scores.floats, ['weight'], start);
  const { parameters: trained, loss } = await train(scores);
  const probabilities = gatherFloats(layout, trained.floats, ['weight']).map(probabilityOf);
  const mask = sampleMask(probabilities, new RandomStream({ seed, purpose: 'fedpm/mask', round, client }));
  return { parts: { mask, ...exactValues(trained) }, state, loss };
};

/** An update's mask. @throws CodedError `method/bad-mask` */
const maskOf = (update: ReceivedUpdate, length: number): Float64Array => {
  const mask = new Float64Array(length);
  update.fold('mask', 1, mask);
  const wrong = mask.find((value) => value !== 0 && value !== 1);
  if (wrong !== undefined) {
    throw new CodedError('method/bad-mask', `A mask of client ${update.client} has the value ${wrong}.`, {
      hint: 'The uplink must code zeros and ones without loss, for example with the stages integers and arithmetic.',
    });
  }
  return mask;
};

/** The distributions that a round begins with. @param period counts the times that they began anew */
const posteriorsOf = (state: ServerState, length: number, period: number, { prior }: Options): BetaPosteriors => {
  const { alpha, beta, period: kept } = state;
  return kept?.[0] === period
    ? new BetaPosteriors(alpha as Float64Array, beta as Float64Array)
    : BetaPosteriors.prior(length, prior);
};

const serverRound = (task: ServerTask, chosen: Options): ServerRound => {
  const { model, state, round } = task;
  const before = gatherFloats(model.layout, model.floats, ['weight']);
  const exact = exactRound(task);
  const ones = new Float64Array(before.length);
  let clients = 0;
  return {
    fold: (update) => {
      const mask = maskOf(update, ones.length);
      for (let i = 0; i < ones.length; i++) ones[i] += mask[i];
      clients++;
      exact.fold(update);
    },
    finish: () => {
      if (clients === 0) return null;
      const { resetEvery, estimate } = chosen;
      const period = resetEvery === null ? 0 : Math.floor((round - 1) / resetEvery);
      const posteriors = posteriorsOf(state, ones.length, period, chosen).after(ones, clients);
      const delta = posteriors[estimate]();
      for (let i = 0; i < delta.length; i++) delta[i] -= before[i];
      const { alpha, beta } = posteriors;
      const kept: ServerState = resetEvery === 1 ? {} : { alpha, beta, period: Float64Array.of(period) };
      return { delta, exact: exact.finish(), state: kept };
    },
  };
};

export const fedpm = defineMethod({
  name: 'fedpm',
  summary:
    'masks on weights that stay as drawn, a bit a parameter up (federated probabilistic masks, Isik et al. 2023)',
  aggregations: ['mean'],
  sendsMasks: true,
  options,
  create: (chosen) => ({
    parameterize: (network, seed) => parameterize(network, seed, chosen),
    parts: partsOf,
    clientRound: (task, state, train) => clientRound(task, state, train, chosen),
    serverRound: (task) => serverRound(task, chosen),
    policies: (layout) => ({
      weight:
        'kernels stay as drawn from the seed; a mask drawn from trained scores goes up, each client counts once, the probabilities go down',
      ...(layout.tensors.some(({ role }) => role === 'frozen') ? { frozen: 'keeps its first value, is not sent' } : {}),
      ...exactPolicies(layout),
    }),
  }),
});
