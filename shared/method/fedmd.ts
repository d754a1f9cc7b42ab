import { z } from 'zod';
import { makeLayout } from '../params/layout.js';
import { required } from './public/learner.js';
import { rememberedFor } from './public/client-network.js';
import {
  defineMethod,
  type ClientTask,
  type ClientUpdate,
  type Method,
  type ServerRound,
  type ServerTask,
} from './method.js';
import { prefixState, stateOf } from './part-coder.js';
import { networksOf, study, studentOf, tableOptions, tableParameterization, tableParts } from './public/table.js';

/*
 * FedMD: Li and Wang, "FedMD: Heterogenous Federated Learning via Model Distillation" (2019), Algorithm 1. Clients with
 * networks of their own send their class scores, the logits of the public examples; the mean of them is the consensus,
 * which each client's network first approaches (digest) before it trains on its own examples again (revisit).
 *
 * In the paper the public examples have labels, on which all networks are trained first; here they have none. Digesting
 * makes the divergence from the softened consensus small. A network of the coordinator's, which the paper has not, learns
 * the consensus too: that one is evaluated and kept.
 */

const options = z.strictObject({
  ...tableOptions,
  temperature: z
    .number()
    .gt(0)
    .max(100)
    .default(1)
    .describe('What scores are divided by before they are compared (τ); more than 0, at most 100.'),
});
type Options = z.infer<typeof options>;

const clientRound = async (
  { model, learner }: ClientTask,
  state: ClientUpdate['state'],
  { epochs }: Options,
): Promise<ClientUpdate> => {
  const consensus = model.floats;
  const teacher = consensus.every((score) => score === 0) ? null : consensus;
  const { logits, loss, state: kept } = await study(required(learner), state, teacher, epochs);
  // The mean of differences from the consensus is the consensus' change, and a codec with loss gets smaller values.
  return { parts: { logits: logits.map((score, i) => score - consensus[i]) }, state: kept, loss };
};

const serverRound = (task: ServerTask, { coordinatorEpochs }: Options): ServerRound => {
  const { model, aggregation, state, seed, round } = task;
  const [part] = tableParts('logits', model.layout).up;
  const scores = aggregation.begin({ part, state: stateOf(state, 'logits'), seed, round });
  return {
    fold: (update) => scores.fold(update),
    finish: () => {
      const combined = scores.finish();
      if (combined === null) return null;
      return { delta: combined.value, exact: {}, state: prefixState(combined.state, 'logits') };
    },
    refine: async (outcome, learner) => {
      const consensus = model.floats.map((score, i) => score + outcome.delta[i]);
      const start = studentOf(state, learner.initial);
      const { floats: student } = await learner.distil(start, consensus, coordinatorEpochs);
      return { ...outcome, state: { ...outcome.state, student } };
    },
  };
};

const create = (chosen: Options): Method => ({
  publicLearning: {
    temperature: chosen.temperature,
    atClients: true,
    epochs: chosen.epochs,
    networks: rememberedFor((network) => networksOf('fedmd', chosen.models, network)),
  },
  parameterize: (network, seed, examples) => {
    const scores = { name: 'logits', shape: [examples, network.network.classes], role: 'weight' } as const;
    return tableParameterization(network, makeLayout([scores]), seed);
  },
  parts: (layout) => tableParts('logits', layout),
  clientRound: (task, state) => clientRound(task, state, chosen),
  serverRound: (task) => serverRound(task, chosen),
  policies: () => ({
    weight:
      'logits of the public examples, coded by the scenario’s codec, combined by the aggregation rule; networks stay where they are',
  }),
});

export const fedmd = defineMethod({
  name: 'fedmd',
  summary: 'logits of public examples instead of weights, for clients with different networks (Li and Wang 2019)',
  aggregations: ['mean', 'ef21'],
  options,
  create,
});
