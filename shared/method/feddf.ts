import { z } from 'zod';
import { differenceOf, gatherFloats, scatterFloats, type Parameters } from '../params/parameters.js';
import { fedavg } from './fedavg.js';
import { exactParts } from './exact-parts.js';
import type { PublicLearner } from './public/learner.js';
import {
  defineMethod,
  type Method,
  type ReceivedUpdate,
  type ServerOutcome,
  type ServerRound,
  type ServerTask,
} from './method.js';

/*
 * FedDF, ensemble distillation for model fusion: Lin et al., "Ensemble Distillation for Robust Model Fusion in Federated
 * Learning" (NeurIPS 2020), Algorithm 1. Clients do what they do in federated averaging. The coordinator then trains the
 * mean of the clients' networks towards the mean of their logits on the public examples (AVGLOGITS), which only it needs:
 * nothing of them travels. All clients have the same network, as in the paper's homogeneous case; the coordinator holds
 * those of a whole cohort until the round ends.
 */

const options = z.strictObject({
  epochs: z
    .int()
    .min(1)
    .max(1000)
    .default(2)
    .describe('Passes of the coordinator’s training over the public examples in a round, 1 to 1000.'),
  temperature: z
    .number()
    .gt(0)
    .max(100)
    .default(1)
    .describe('What logits are divided by before they are compared (τ); more than 0, at most 100.'),
});
type Options = z.infer<typeof options>;

const averaging = fedavg.create({});

/** The floats of a client's network after its training, statistics too. */
const networkOf = ({ layout, floats }: Parameters, update: ReceivedUpdate): Float32Array => {
  const result = floats.slice();
  const weights = Float64Array.from(gatherFloats(layout, floats, ['weight']));
  update.fold('delta', 1, weights);
  scatterFloats(layout, result, ['weight'], Float32Array.from(weights));
  for (const { name, coding, layout: part } of exactParts(layout)) {
    if (coding !== 'exact') continue;
    const statistics = new Float64Array(part.floats);
    update.fold(name, 1, statistics);
    scatterFloats(layout, result, ['buffer'], Float32Array.from(statistics));
  }
  return result;
};

/** The floats of the model that an outcome leads to. */
const resultOf = ({ layout, floats }: Parameters, { delta, exact }: ServerOutcome): Float32Array => {
  const result = floats.slice();
  const weights = gatherFloats(layout, floats, ['weight']).map((weight, i) => weight + delta[i]);
  scatterFloats(layout, result, ['weight'], weights);
  if (exact['buffers'] !== undefined) scatterFloats(layout, result, ['buffer'], exact['buffers'] as Float32Array);
  return result;
};

/** The mean of the networks' logits [public examples, classes]. */
const meanLogits = async (networks: readonly Float32Array[], learner: PublicLearner): Promise<Float32Array> => {
  let sum: Float64Array | null = null;
  for (const network of networks) {
    const logits = await learner.predict(network);
    sum ??= new Float64Array(logits.length);
    for (let i = 0; i < logits.length; i++) sum[i] += logits[i];
  }
  return Float32Array.from(sum ?? [], (total) => total / networks.length);
};

const serverRound = (task: ServerTask, { epochs }: Options): ServerRound => {
  const { model } = task;
  const { layout } = model;
  const averaged = averaging.serverRound(task);
  const networks: Float32Array[] = [];
  return {
    fold: (update) => {
      const network = networkOf(model, update);
      averaged.fold(update);
      networks.push(network);
    },
    finish: () => averaged.finish(),
    refine: async (outcome, learner) => {
      const teacher = await meanLogits(networks, learner);
      const { floats } = await learner.distil(resultOf(model, outcome), teacher, epochs);
      const { buffers, ...rest } = outcome.exact;
      const statistics = buffers === undefined ? {} : { buffers: gatherFloats(layout, floats, ['buffer']) };
      const delta = differenceOf(layout, floats, model.floats, ['weight']);
      return { ...outcome, delta, exact: { ...rest, ...statistics } };
    },
  };
};

const create = (chosen: Options): Method => ({
  ...averaging,
  publicLearning: { temperature: chosen.temperature, atClients: false, epochs: 0, networks: (network) => [network] },
  serverRound: (task) => serverRound(task, chosen),
  policies: (layout) => ({
    ...averaging.policies(layout),
    weight:
      'difference, coded by the scenario’s codec, mean weighted by samples, then trained towards the clients’ mean logits on the public examples',
  }),
});

export const feddf = defineMethod({
  name: 'feddf',
  summary:
    'federated averaging, and the coordinator distils the clients’ networks on public examples (Lin et al. 2020)',
  aggregations: ['mean'],
  options,
  create,
});
