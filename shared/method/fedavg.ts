import { z } from 'zod';
import { subLayout, type Layout } from '../params/layout.js';
import { differenceOf } from '../params/parameters.js';
import { exactParts, exactPolicies, exactRound, exactValues } from './exact-parts.js';
import {
  defineMethod,
  type ClientTask,
  type ClientUpdate,
  type LocalTraining,
  type PartSpec,
  type ServerRound,
  type ServerTask,
} from './method.js';
import { prefixState, stateOf } from './part-coder.js';

/*
 * Federated averaging: McMahan et al., "Communication-Efficient Learning of Deep Networks from Decentralized Data"
 * (AISTATS 2017), Algorithm 1. Each client trains for some epochs from the global model and sends the difference;
 * the coordinator adds what the aggregation rule makes of the differences: the mean, weighted by samples, in the paper.
 */

const deltaOf = (layout: Layout): PartSpec => ({
  name: 'delta',
  coding: 'codec',
  layout: subLayout(layout, ['weight']),
});

const partsOf = (layout: Layout): PartSpec[] => [deltaOf(layout), ...exactParts(layout)];

const clientRound = async (
  { model }: ClientTask,
  state: ClientUpdate['state'],
  train: LocalTraining,
): Promise<ClientUpdate> => {
  const { parameters: trained, loss } = await train(model);
  const delta = differenceOf(model.layout, trained.floats, model.floats, ['weight']);
  return { parts: { delta, ...exactValues(trained) }, state, loss };
};

const serverRound = (task: ServerTask): ServerRound => {
  const { model, aggregation, state, seed, round } = task;
  const delta = aggregation.begin({ part: deltaOf(model.layout), state: stateOf(state, 'delta'), seed, round });
  const exact = exactRound(task);
  return {
    fold: (update) => {
      delta.fold(update);
      exact.fold(update);
    },
    finish: () => {
      const combined = delta.finish();
      if (combined === null) return null;
      return { delta: combined.value, exact: exact.finish(), state: prefixState(combined.state, 'delta') };
    },
  };
};

export const fedavg = defineMethod({
  name: 'fedavg',
  summary: 'federated averaging, weighted by samples (McMahan et al. 2017)',
  aggregations: null,
  sendsWeights: true,
  options: z.strictObject({}),
  create: () => ({
    parts: (layout) => ({ up: partsOf(layout), down: partsOf(layout) }),
    clientRound,
    serverRound,
    policies: (layout) => ({
      weight: 'difference, coded by the scenario’s codec, combined by the aggregation rule',
      ...exactPolicies(layout),
    }),
  }),
});
