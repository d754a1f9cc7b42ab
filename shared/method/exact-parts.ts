import { subLayout, type Layout } from '../params/layout.js';
import { gatherFloats, type Parameters } from '../params/parameters.js';
import { mean } from './aggregate/mean.js';
import type { PartSpec, PartValues, ReceivedUpdate, ServerTask } from './method.js';

/*
 * What is no weight: statistics travel whole as float32 and have a mean whatever the aggregation rule is, since signs or
 * differences of them mean nothing; counters travel as integers and are kept at the greatest that anyone has.
 */

export const exactParts = (layout: Layout): PartSpec[] => {
  const parts: PartSpec[] = [];
  const buffers = subLayout(layout, ['buffer']);
  if (buffers.floats > 0) parts.push({ name: 'buffers', coding: 'exact', layout: buffers });
  const counters = subLayout(layout, ['counter']);
  if (counters.counters > 0) parts.push({ name: 'counters', coding: 'integers', layout: counters });
  return parts;
};

/** Their values, as a client sends them. */
export const exactValues = ({ layout, floats, counters }: Parameters): PartValues => ({
  buffers: gatherFloats(layout, floats, ['buffer']),
  counters,
});

/** The server half of the exact parts. */
export const exactRound = ({ model, seed, round }: ServerTask) => {
  const part = exactParts(model.layout).find(({ coding }) => coding === 'exact');
  const buffers = part === undefined ? null : mean.create({}).begin({ part, state: {}, seed, round });
  const counters = model.counters.slice();
  return {
    fold: (update: ReceivedUpdate): void => {
      buffers?.fold(update);
      if (counters.length === 0) return;
      update.integers('counters').forEach((count, i) => {
        if (count > counters[i]) counters[i] = count;
      });
    },
    finish: (): PartValues => {
      const combined = buffers?.finish();
      return { ...(combined ? { buffers: combined.value } : {}), ...(counters.length > 0 ? { counters } : {}) };
    },
  };
};

/** What happens to them, in words, for the run log. */
export const exactPolicies = (layout: Layout): Record<string, string> => {
  const has = (role: string): boolean => layout.tensors.some((tensor) => tensor.role === role);
  return {
    ...(has('buffer') ? { buffer: 'sent whole as float32, mean weighted by samples' } : {}),
    ...(has('counter') ? { counter: 'sent exactly as 64-bit integers, the greatest is kept' } : {}),
  };
};
