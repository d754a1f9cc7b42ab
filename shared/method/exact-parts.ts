import { subLayout, type Layout } from '../params/layout.js';
import { gatherFloats, type Parameters } from '../params/parameters.js';
import { mean } from './aggregate/mean.js';
import type { PartSpec, PartValues, ReceivedUpdate, ServerTask } from './method.js';

/*
 * What is no weight: statistics and steps of quantizers travel whole as float32 and have a mean whatever the aggregation rule is, since signs or
 * differences of them mean nothing; counters travel as integers and are kept at the greatest that anyone has.
 */

/** Parts of floats that travel whole, by the role of their tensors. */
const wholeRoles = [
  ['buffers', 'buffer'],
  ['steps', 'step'],
] as const;

export const exactParts = (layout: Layout): PartSpec[] => {
  const parts: PartSpec[] = [];
  for (const [name, role] of wholeRoles) {
    const own = subLayout(layout, [role]);
    if (own.floats > 0) parts.push({ name, coding: 'exact', layout: own });
  }
  const counters = subLayout(layout, ['counter']);
  if (counters.counters > 0) parts.push({ name: 'counters', coding: 'integers', layout: counters });
  return parts;
};

/** Their values, as a client sends them. */
export const exactValues = ({ layout, floats, counters }: Parameters): PartValues => ({
  ...Object.fromEntries(wholeRoles.map(([name, role]) => [name, gatherFloats(layout, floats, [role])])),
  counters,
});

/** The server half of the exact parts. */
export const exactRound = ({ model, seed, round }: ServerTask) => {
  const means = exactParts(model.layout)
    .filter(({ coding }) => coding === 'exact')
    .map((part) => [part.name, mean.create({}).begin({ part, state: {}, seed, round })] as const);
  const counters = model.counters.slice();
  return {
    fold: (update: ReceivedUpdate): void => {
      for (const [, own] of means) own.fold(update);
      if (counters.length === 0) return;
      update.integers('counters').forEach((count, i) => {
        if (count > counters[i]) counters[i] = count;
      });
    },
    finish: (): PartValues => {
      const values = means.flatMap(([name, own]) => {
        const combined = own.finish();
        return combined === null ? [] : [[name, combined.value] as const];
      });
      return { ...Object.fromEntries(values), ...(counters.length > 0 ? { counters } : {}) };
    },
  };
};

/** What happens to them, in words, for the run log. */
export const exactPolicies = (layout: Layout): Record<string, string> => {
  const has = (role: string): boolean => layout.tensors.some((tensor) => tensor.role === role);
  return {
    ...(has('step') ? { step: 'sent whole as float32, mean weighted by samples' } : {}),
    ...(has('buffer') ? { buffer: 'sent whole as float32, mean weighted by samples' } : {}),
    ...(has('counter') ? { counter: 'sent exactly as 64-bit integers, the greatest is kept' } : {}),
  };
};
