import { CodedError } from '../../util/errors.js';
import type { RandomStream } from '../../util/random.js';
import { wordsOf, type Architecture, type Frame } from './architecture.js';
import { cheapestOf } from './cheapest.js';
import { isWithin, priced, storedBytesOf, type Budget, type Priced } from './price.js';
import { mutated, randomArchitecture, sizeOfSpace, type SearchSpace } from './space.js';

/** Networks of a space that keep to a budget. */
export interface Proposals {
  /** One at random. */
  draw(stream: RandomStream): Priced;
  /** A neighbour of one, if there is one within the budget; else one at random. */
  mutate(of: Priced, stream: RandomStream): Priced;
}

/** Tries before the next best way is taken. */
const tries = 200;

/** Mutations that lead away from the cheapest network, where drawing finds none. */
const walk = 20;

const count = (value: number): string => value.toLocaleString('en-US');

const impossible = (cheapest: readonly Priced[], { maxFlops, maxBytes }: Budget): CodedError => {
  const leastBytes = Math.min(...cheapest.map(({ network }) => storedBytesOf(network)));
  const wanted = [
    ...(maxFlops === null ? [] : [`${count(maxFlops)} FLOPs`]),
    ...(maxBytes === null ? [] : [`${count(maxBytes)} bytes`]),
  ];
  return new CodedError(
    'compression/impossible',
    `No network of the search space keeps to ${wanted.join(' and ')}: the least are ${count(cheapest[0].flops)} FLOPs and ${count(leastBytes)} bytes${wanted.length > 1 ? ', not of one network in every case' : ''}.`,
    { where: 'search', hint: 'Allow more, or give the space fewer stages, narrower filters or cheaper blocks.' },
  );
};

/** The network of the fewest FLOPs that keeps to the budget; null where any does. @throws CodedError `compression/impossible` */
const startWithin = (space: SearchSpace, frame: Frame, budget: Budget): Priced | null => {
  if (budget.maxFlops === null && budget.maxBytes === null) return null;
  const cheapest = cheapestOf(space, frame);
  const start = cheapest.find((one) => isWithin(one, budget));
  if (start === undefined) throw impossible(cheapest, budget);
  return start;
};

/**
 * Opens a search space.
 * @throws CodedError `compression/impossible` where no network keeps to the budget; `compression/nothing-to-do` where there
 * is nothing to choose
 */
export const openSpace = (space: SearchSpace, frame: Frame, budget: Budget): Proposals => {
  if (sizeOfSpace(space) < 2) {
    throw new CodedError('compression/nothing-to-do', 'The search space holds a single network.', {
      where: 'search',
      hint: 'Give it two blocks, kernel sizes, filters or repeats to choose from.',
    });
  }
  const start = startWithin(space, frame, budget);
  /** What was given out, and what exceeds the budget, by its words: small spaces repeat themselves. */
  const given = new Map<string, Priced>();
  const refused = new Set<string>();
  const give = (one: Priced): Priced => {
    given.set(wordsOf(one.architecture), one);
    return one;
  };
  /** Null where it exceeds the budget. */
  const allowed = (architecture: Architecture): Priced | null => {
    const words = wordsOf(architecture);
    if (refused.has(words)) return null;
    const one = given.get(words) ?? priced(architecture, frame);
    if (given.has(words) || isWithin(one, budget)) return one;
    refused.add(words);
    return null;
  };
  /** The first new one that is allowed, else the last that is allowed. */
  const firstOf = (next: () => Architecture): Priced | null => {
    let found: Priced | null = null;
    for (let i = 0; i < tries; i++) {
      const architecture = next();
      const one = allowed(architecture);
      if (one === null) continue;
      found = one;
      if (!given.has(wordsOf(architecture))) break;
    }
    return found;
  };
  /** Some steps away from the cheapest network. */
  const strolled = (from: Priced, stream: RandomStream): Priced => {
    let at = from;
    for (let i = 0; i < walk; i++) at = allowed(mutated(at.architecture, space, stream)) ?? at;
    return at;
  };
  const draw = (stream: RandomStream): Priced => {
    const found = firstOf(() => randomArchitecture(space, stream));
    if (found !== null || start === null) return give(found ?? priced(randomArchitecture(space, stream), frame));
    return give(strolled(start, stream));
  };
  return {
    draw,
    mutate: (of, stream) => {
      const found = firstOf(() => mutated(of.architecture, space, stream));
      return found === null ? draw(stream) : give(found);
    },
  };
};
