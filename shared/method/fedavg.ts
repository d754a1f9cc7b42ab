import { z } from 'zod';
import { subLayout, type Layout } from '../params/layout.js';
import { differenceOf, gatherFloats } from '../params/parameters.js';
import { mean } from './aggregate/mean.js';
import {
  defineMethod,
  type Aggregator,
  type ClientTask,
  type ClientUpdate,
  type LocalTraining,
  type PartSpec,
  type ReceivedUpdate,
  type ServerTask,
} from './method.js';
import { prefixState, stateOf } from './part-coder.js';

/*
 * Federated averaging: McMahan et al., "Communication-Efficient Learning of Deep Networks from Decentralized Data"
 * (AISTATS 2017), Algorithm 1. Each client trains for some epochs from the global model and sends the difference;
 * the coordinator adds what the aggregation rule makes of the differences: the mean, weighted by samples, in the paper.
 */

const partsOf = (layout: Layout): PartSpec[] => {
  const parts: PartSpec[] = [{ name: 'delta', coding: 'codec', layout: subLayout(layout, ['weight']) }];
  const buffers = subLayout(layout, ['buffer']);
  if (buffers.floats > 0) parts.push({ name: 'buffers', coding: 'exact', layout: buffers });
  const counters = subLayout(layout, ['counter']);
  if (counters.counters > 0) parts.push({ name: 'counters', coding: 'integers', layout: counters });
  return parts;
};

const clientRound = async (
  { model }: ClientTask,
  state: ClientUpdate['state'],
  train: LocalTraining,
): Promise<ClientUpdate> => {
  const { parameters: trained, loss } = await train(model);
  const delta = differenceOf(model.layout, trained.floats, model.floats, ['weight']);
  const buffers = gatherFloats(model.layout, trained.floats, ['buffer']);
  return { parts: { delta, buffers, counters: trained.counters }, state, loss };
};

/** Counters are kept at the greatest count that anyone has. */
const greatestCounts = (counters: BigInt64Array, update: ReceivedUpdate): void => {
  if (counters.length === 0) return;
  update.integers('counters').forEach((count, i) => {
    if (count > counters[i]) counters[i] = count;
  });
};

const serverRound = ({ model, aggregation, state, seed, round }: ServerTask) => {
  const aggregators = new Map<string, Aggregator>();
  for (const part of partsOf(model.layout)) {
    // Signs or differences of statistics mean nothing, so statistics have a mean whatever the rule is.
    const rule = part.coding === 'codec' ? aggregation : mean.create({});
    const task = { part, state: stateOf(state, part.name), seed, round };
    if (part.coding !== 'integers') aggregators.set(part.name, rule.begin(task));
  }
  const counters = model.counters.slice();

  const fold = (update: ReceivedUpdate): void => {
    for (const aggregator of aggregators.values()) aggregator.fold(update);
    greatestCounts(counters, update);
  };
  const finish = () => {
    const delta = aggregators.get('delta')!.finish();
    if (delta === null) return null;
    const buffers = aggregators.get('buffers')?.finish()?.value;
    return {
      delta: delta.value,
      exact: { ...(buffers ? { buffers } : {}), ...(counters.length > 0 ? { counters } : {}) },
      state: prefixState(delta.state, 'delta'),
    };
  };
  return { fold, finish };
};

const policies = (layout: Layout): Record<string, string> => {
  const has = (role: string): boolean => layout.tensors.some((tensor) => tensor.role === role);
  return {
    weight: 'difference, coded by the scenario’s codec, combined by the aggregation rule',
    ...(has('buffer') ? { buffer: 'sent whole as float32, mean weighted by samples' } : {}),
    ...(has('counter') ? { counter: 'sent exactly as 64-bit integers, the greatest is kept' } : {}),
  };
};

export const fedavg = defineMethod({
  name: 'fedavg',
  summary: 'federated averaging, weighted by samples (McMahan et al. 2017)',
  aggregations: null,
  options: z.strictObject({}),
  create: () => ({
    parts: (layout) => ({ up: partsOf(layout), down: partsOf(layout) }),
    clientRound,
    serverRound,
    policies,
  }),
});
