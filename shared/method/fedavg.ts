import { z } from 'zod';
import { subLayout, type Layout } from '../params/layout.js';
import { differenceOf, gatherFloats, type Parameters } from '../params/parameters.js';
import type {
  AggregationRule,
  ClientTask,
  ClientUpdate,
  LocalTraining,
  Method,
  PartSpec,
  ReceivedUpdate,
} from './method.js';

/*
 * Federated averaging: McMahan et al., "Communication-Efficient Learning of Deep Networks from Decentralized Data"
 * (AISTATS 2017), Algorithm 1. Each client trains for some epochs from the global model and sends the difference;
 * the coordinator adds the mean of the differences, weighted by samples.
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

const serverRound = (model: Parameters, rule: AggregationRule) => {
  const parts = partsOf(model.layout);
  const aggregators = parts
    .filter(({ coding }) => coding !== 'integers')
    .map((part) => ({ part, sum: rule.begin(part) }));
  const counters = model.counters.slice();

  const fold = (update: ReceivedUpdate): void => {
    for (const { sum } of aggregators) sum.fold(update);
    if (counters.length === 0) return;
    update.integers('counters').forEach((count, i) => {
      if (count > counters[i]) counters[i] = count;
    });
  };
  const finish = () => {
    const means = new Map(aggregators.map(({ part, sum }) => [part.name, sum.finish()]));
    const delta = means.get('delta');
    if (!delta) return null;
    const buffers = means.get('buffers');
    return { delta, exact: { ...(buffers ? { buffers } : {}), ...(counters.length > 0 ? { counters } : {}) } };
  };
  return { fold, finish };
};

const policies = (layout: Layout): Record<string, string> => {
  const has = (role: string): boolean => layout.tensors.some((tensor) => tensor.role === role);
  return {
    weight: 'difference, coded by the scenario’s codec, mean weighted by samples',
    ...(has('buffer') ? { buffer: 'sent whole as float32, mean weighted by samples' } : {}),
    ...(has('counter') ? { counter: 'sent exactly as 64-bit integers, the greatest is kept' } : {}),
  };
};

export const fedavg: Method = {
  name: 'fedavg',
  summary: 'federated averaging, weighted by samples (McMahan et al. 2017)',
  options: z.strictObject({}),
  keepsState: false,
  parts: partsOf,
  clientRound,
  serverRound,
  policies,
};
