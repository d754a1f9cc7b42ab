import { z } from 'zod';
import { normalizationOption } from '../../models/blocks/normalization.js';
import type { RandomStream } from '../../util/random.js';
import type { Architecture, StageGenes } from './architecture.js';
import { searchBlocks } from './blocks/index.js';

const blockNames = searchBlocks.all.map(({ name }) => name);

const isSet = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

const choices = <T extends z.ZodType<string | number>>(value: T, most: number) =>
  z.array(value).min(1).max(most).refine(isSet, 'a list names each value once');

const channels = z.int().min(8).max(1024).multipleOf(8);

/** What a search space can be told. */
export const spaceOptions = {
  blocks: choices(z.enum(blockNames), blockNames.length)
    .default(blockNames)
    .describe(`Kinds of blocks that a stage can be made of: any of ${blockNames.join(', ')}.`),
  kernelSizes: choices(z.union([z.literal(3), z.literal(5), z.literal(7)]), 3)
    .default([3, 5])
    .describe('Windows that a block can have, rows and columns: any of 3, 5, 7.'),
  filters: choices(channels, 32)
    .default([8, 16, 24, 32, 48, 64])
    .describe('Channels that a stage can have; multiples of 8 from 8 to 1024.'),
  repeats: z.int().min(1).max(8).default(2).describe('Most blocks in one stage; from 1 to 8.'),
  stages: z
    .int()
    .min(1)
    .max(5)
    .default(3)
    .describe('Stages; each but the first halves the rows and columns; from 1 to 5.'),
  stem: channels.default(16).describe('Channels of the first convolution; a multiple of 8 from 8 to 1024.'),
  normalization: normalizationOption,
};

const spaceSchema = z.strictObject(spaceOptions);

/** The networks among which a search chooses: for each stage one value of each list. */
export type SearchSpace = Pick<
  z.output<typeof spaceSchema>,
  'blocks' | 'kernelSizes' | 'filters' | 'repeats' | 'stages'
>;

type Values = { readonly [G in keyof StageGenes]: readonly StageGenes[G][] };

const valuesOf = ({ blocks, kernelSizes, filters, repeats }: SearchSpace): Values => ({
  block: blocks,
  kernelSize: kernelSizes,
  filters,
  repeats: Array.from({ length: repeats }, (_, i) => i + 1),
});

/** How many networks there are. */
export const sizeOfSpace = (space: SearchSpace): number =>
  Object.values(valuesOf(space)).reduce((product, { length }) => product * length, 1) ** space.stages;

const drawn = <T>(values: readonly T[], stream: RandomStream): T => values[stream.below(values.length)];

/** Every network equally likely. */
export const randomArchitecture = (space: SearchSpace, stream: RandomStream): Architecture => {
  const { block, kernelSize, filters, repeats } = valuesOf(space);
  return Array.from({ length: space.stages }, () => ({
    block: drawn(block, stream),
    kernelSize: drawn(kernelSize, stream),
    filters: drawn(filters, stream),
    repeats: drawn(repeats, stream),
  }));
};

/**
 * The network with one value of one stage replaced by another: every stage and, in it, every list with more than one value
 * equally likely (the mutation of Real et al. 2019, section 3.2, on this space).
 * @param space holds two networks or more
 */
export const mutated = (architecture: Architecture, space: SearchSpace, stream: RandomStream): Architecture => {
  const values = valuesOf(space);
  const free = (Object.keys(values) as (keyof StageGenes)[]).filter((gene) => values[gene].length > 1);
  const stage = stream.below(architecture.length);
  const gene = drawn(free, stream);
  const others = values[gene].filter((value) => value !== architecture[stage][gene]);
  return architecture.with(stage, { ...architecture[stage], [gene]: drawn<string | number>(others, stream) });
};
