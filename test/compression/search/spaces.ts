import fc from 'fast-check';
import type { Architecture, Frame } from '../../../shared/compression/search/architecture.js';
import { searchBlocks } from '../../../shared/compression/search/blocks/index.js';
import type { SearchSpace } from '../../../shared/compression/search/space.js';

export const blockNames = searchBlocks.all.map(({ name }) => name);

export const frame: Frame = { inputShape: [12, 12, 1], classes: 4, stem: 8, normalization: 'none' };

/** Spaces of few networks. */
export const smallSpaces: fc.Arbitrary<SearchSpace> = fc.record({
  blocks: fc.subarray(blockNames, { minLength: 1, maxLength: 3 }),
  kernelSizes: fc.subarray([3 as const, 5 as const], { minLength: 1 }),
  filters: fc.subarray([8, 16, 24, 40], { minLength: 1, maxLength: 2 }),
  repeats: fc.integer({ min: 1, max: 2 }),
  stages: fc.integer({ min: 1, max: 2 }),
});

/** Every network of a space. */
export const allOf = ({ blocks, kernelSizes, filters, repeats, stages }: SearchSpace): Architecture[] => {
  const genes = blocks.flatMap((block) =>
    kernelSizes.flatMap((kernelSize) =>
      filters.flatMap((channels) =>
        Array.from({ length: repeats }, (_, i) => ({ block, kernelSize, filters: channels, repeats: i + 1 })),
      ),
    ),
  );
  let all: Architecture[] = [[]];
  for (let stage = 0; stage < stages; stage++) all = all.flatMap((begun) => genes.map((next) => [...begun, next]));
  return all;
};
