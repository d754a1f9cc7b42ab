import type { Architecture, Frame } from './architecture.js';
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
 * The networks of a space of which no other has both fewer FLOPs and fewer parameters, by rising FLOPs. No block costs less
 * with more channels, a larger kernel or a block after it, so that each stage has the least of them and what is left to
 * choose is its kind. What a stage costs does not depend on the kinds before it: the cheapest beginnings are enough to go on
 * from.
 */
export const cheapestOf = (space: SearchSpace, frame: Frame): readonly Priced[] => {
  const [kernelSize, filters] = [Math.min(...space.kernelSizes), Math.min(...space.filters)];
  let beginnings: readonly Architecture[] = [[]];
  let cheapest: readonly Priced[] = [];
  for (let stage = 0; stage < space.stages; stage++) {
    const longer = beginnings.flatMap((begun) =>
      space.blocks.map((block) => priced([...begun, { block, kernelSize, filters, repeats: 1 }], frame)),
    );
    cheapest = unbeaten(longer);
    beginnings = cheapest.map(({ architecture }) => architecture);
  }
  return cheapest.toSorted((a, b) => a.flops - b.flops);
};
