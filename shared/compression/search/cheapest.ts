import type { Frame } from './architecture.js';
import { priced, type Priced } from './price.js';
import type { SearchSpace } from './space.js';

const beats = (one: Priced, other: Priced): boolean =>
  one.flops <= other.flops &&
  one.parameters <= other.parameters &&
  (one.flops < other.flops || one.parameters < other.parameters);

/** Those that no other beats; the first of equal ones. */
const unbeaten = (all: readonly Priced[]): Priced[] =>
  all.filter(
    (one, at) =>
      !all.some(
        (other, i) => beats(other, one) || (i < at && other.flops === one.flops && other.parameters === one.parameters),
      ),
  );

/**
 * The networks of a space of which no other has both fewer FLOPs and fewer parameters, by rising FLOPs. A stage's costs
 * depend on those before it through the channels that they give alone, so it is enough to go on, stage after stage, from the
 * cheapest beginnings for each number of channels. Larger kernels and more blocks never cost less, so one of each is tried.
 */
export const cheapestOf = (space: SearchSpace, frame: Frame): readonly Priced[] => {
  const kernelSize = Math.min(...space.kernelSizes);
  const stages = space.blocks.flatMap((block) =>
    space.filters.map((filters) => ({ block, kernelSize, filters, repeats: 1 })),
  );
  let beginnings: readonly Priced[] = [];
  for (let stage = 0; stage < space.stages; stage++) {
    const before = stage === 0 ? [[]] : beginnings.map(({ architecture }) => architecture);
    const longer = before.flatMap((architecture) => stages.map((genes) => priced([...architecture, genes], frame)));
    beginnings = space.filters.flatMap((filters) =>
      unbeaten(longer.filter(({ architecture }) => architecture[stage].filters === filters)),
    );
  }
  return unbeaten(beginnings).toSorted((a, b) => a.flops - b.flops);
};
