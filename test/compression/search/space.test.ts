import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wordsOf, type Architecture } from '../../../shared/compression/search/architecture.js';
import { cheapestOf } from '../../../shared/compression/search/cheapest.js';
import { priced, storedBytesOf } from '../../../shared/compression/search/price.js';
import { openSpace } from '../../../shared/compression/search/proposals.js';
import {
  mutated,
  randomArchitecture,
  sizeOfSpace,
  type SearchSpace,
} from '../../../shared/compression/search/space.js';
import { RandomStream } from '../../../shared/util/random.js';
import { codeOf, refused } from '../../support/refusal.js';
import { allOf, frame, smallSpaces } from './spaces.js';

const streamOf = (seed: number): RandomStream => new RandomStream({ seed, purpose: 'test/search' });

const differences = (one: Architecture, other: Architecture): number =>
  one.flatMap((genes, stage) =>
    (['block', 'kernelSize', 'filters', 'repeats'] as const).filter((gene) => genes[gene] !== other[stage][gene]),
  ).length;

describe('a search space', () => {
  test('is as large as the list of all its networks, whose words are different', () => {
    fc.assert(
      fc.property(smallSpaces, (space) => {
        const all = allOf(space);
        expect(sizeOfSpace(space)).toBe(all.length);
        expect(new Set(all.map(wordsOf)).size).toBe(all.length);
      }),
      { numRuns: 40 },
    );
  });

  test('draws its networks and no others, and mutates one thing', () => {
    fc.assert(
      fc.property(smallSpaces, fc.nat(), (space, seed) => {
        fc.pre(sizeOfSpace(space) > 1);
        const all = new Set(allOf(space).map(wordsOf));
        const stream = streamOf(seed);
        const parent = randomArchitecture(space, stream);
        const child = mutated(parent, space, stream);
        expect(all).toContain(wordsOf(parent));
        expect(all).toContain(wordsOf(child));
        expect(differences(parent, child)).toBe(1);
      }),
    );
  });

  test('reaches all of them by mutation', () => {
    const space = { blocks: ['conv', 'shift'], kernelSizes: [3, 5], filters: [8, 16], repeats: 2, stages: 1 } as const;
    const open = {
      ...space,
      blocks: [...space.blocks],
      kernelSizes: [...space.kernelSizes],
      filters: [...space.filters],
    };
    const stream = streamOf(1);
    const seen = new Set<string>();
    let at = randomArchitecture(open, stream);
    for (let i = 0; i < 300; i++) {
      seen.add(wordsOf(at));
      at = mutated(at, open, stream);
    }
    expect(seen.size).toBe(16);
  });
});

/** Spaces in which fewer FLOPs can cost more parameters. */
const tradeOffs: readonly SearchSpace[] = [
  { blocks: ['conv', 'shift'], kernelSizes: [3], filters: [8, 16], repeats: 1, stages: 2 },
  { blocks: ['separable', 'shuffle'], kernelSizes: [3, 5], filters: [8, 16], repeats: 1, stages: 2 },
];

describe('the cheapest networks', () => {
  test('are those of all that no other beats', () => {
    fc.assert(
      fc.property(smallSpaces, (space) => {
        const costs = allOf(space).map((architecture) => priced(architecture, frame));
        const expected = costs
          .filter(
            ({ flops, parameters }) =>
              !costs.some(
                (other) =>
                  other.flops <= flops &&
                  other.parameters <= parameters &&
                  (other.flops < flops || other.parameters < parameters),
              ),
          )
          .map(({ flops, parameters }) => `${flops} ${parameters}`);
        const found = cheapestOf(space, frame).map(({ flops, parameters }) => `${flops} ${parameters}`);
        expect(new Set(found)).toEqual(new Set(expected));
        expect(found.length).toBe(new Set(found).size);
      }),
      { numRuns: 15, examples: tradeOffs.map((space) => [space] as [SearchSpace]) },
    );
  });
});

describe('a budget', () => {
  test('is kept by every network that is drawn or mutated, however tight', () => {
    fc.assert(
      fc.property(smallSpaces, fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (space, slack, seed) => {
        fc.pre(sizeOfSpace(space) > 1);
        const costs = allOf(space).map((architecture) => priced(architecture, frame));
        const flops = costs.map((one) => one.flops);
        const [least, most] = [Math.min(...flops), Math.max(...flops)];
        const maxFlops = Math.floor(least + slack ** 3 * (most - least));
        const proposals = openSpace(space, frame, { maxFlops, maxBytes: null });
        const stream = streamOf(seed);
        let at = proposals.draw(stream);
        for (let i = 0; i < 5; i++) {
          expect(at.flops).toBeLessThanOrEqual(maxFlops);
          at = proposals.mutate(at, stream);
        }
      }),
      { numRuns: 15 },
    );
  });

  test('of bytes is one of the stored file', () => {
    const space = { blocks: ['conv'], kernelSizes: [3 as const], filters: [8, 16, 24], repeats: 1, stages: 2 };
    const sizes = allOf(space).map((architecture) => storedBytesOf(priced(architecture, frame).network));
    const maxBytes = sizes.toSorted((a, b) => a - b)[2];
    const proposals = openSpace(space, frame, { maxFlops: null, maxBytes });
    const stream = streamOf(2);
    const found = Array.from({ length: 20 }, () => storedBytesOf(proposals.draw(stream).network));
    expect(Math.max(...found)).toBeLessThanOrEqual(maxBytes);
    expect(new Set(found).size).toBeGreaterThan(1);
  });

  test('that no network keeps to is refused with the least of the space', () => {
    const space = { blocks: ['conv', 'shuffle'], kernelSizes: [3 as const], filters: [8, 16], repeats: 2, stages: 2 };
    const costs = allOf(space).map((architecture) => priced(architecture, frame));
    const least = Math.min(...costs.map(({ flops }) => flops));
    const open = (maxFlops: number | null, maxBytes: number | null) => () =>
      openSpace(space, frame, { maxFlops, maxBytes });
    const error = refused(open(least - 1, null));
    expect(error.code).toBe('compression/impossible');
    expect(error.message).toContain(`${least.toLocaleString('en-US')} FLOPs`);
    expect(codeOf(open(least, null))).toBe('none');
    const bytes = Math.min(...costs.map(({ network }) => storedBytesOf(network)));
    expect(codeOf(open(null, bytes - 1))).toBe('compression/impossible');
    expect(codeOf(open(null, bytes))).toBe('none');
  });

  test('of a space of one network is nothing to choose with', () => {
    const space = { blocks: ['conv'], kernelSizes: [3 as const], filters: [8], repeats: 1, stages: 3 };
    expect(codeOf(() => openSpace(space, frame, { maxFlops: null, maxBytes: null }))).toBe('compression/nothing-to-do');
  });
});
