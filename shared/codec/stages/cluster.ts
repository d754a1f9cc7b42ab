import { z } from 'zod';
import { kMeans } from '../k-means.js';
import { quantizerTransform } from '../quantizer.js';
import { malformed } from '../streams/malformed.js';
import { defineTransform } from '../stage-interface.js';
import { histogramOf, placesAmong } from '../value-histogram.js';

const options = z.strictObject({
  levels: z.int().min(2).max(256).default(16).describe('different values at most, 2 to 256'),
});

/** Halfway between neighbours. */
const bordersOf = (centers: Float64Array): Float64Array =>
  Float64Array.from({ length: centers.length - 1 }, (_, i) => centers[i] / 2 + centers[i + 1] / 2);

/** The mean of the values at each place, 0 where there are none. */
const meansAt = (
  values: Float32Array,
  places: Uint16Array,
  count: number,
): { means: Float64Array; counts: Uint32Array } => {
  const means = new Float64Array(count);
  const counts = new Uint32Array(count);
  for (let i = 0; i < values.length; i++) {
    means[places[i]] += values[i];
    counts[places[i]]++;
  }
  for (let place = 0; place < count; place++) if (counts[place] > 0) means[place] /= counts[place];
  return { means, counts };
};

/** The values' clusters without empty ones: the mean of each, and each value's number. */
const clusters = (values: Float32Array, levels: number): { codebook: Float32Array; symbols: Uint16Array } => {
  const keepsZero = values.includes(0);
  const centers = kMeans(histogramOf(values), levels, keepsZero);
  const places = placesAmong(values, bordersOf(centers));
  const { means, counts } = meansAt(values, places, centers.length);
  const codebook: number[] = [];
  const numbers = Uint16Array.from(centers, (center, place) => {
    if (counts[place] > 0) codebook.push(keepsZero && center === 0 ? 0 : means[place]);
    return Math.max(0, codebook.length - 1);
  });
  for (let i = 0; i < places.length; i++) places[i] = numbers[places[i]];
  return { codebook: Float32Array.from(codebook.length === 0 ? [0] : codebook), symbols: places };
};

/** Each value becomes the mean of its cluster; a vector with zeros has a cluster whose value is zero. */
export const cluster = defineTransform({
  name: 'cluster',
  code: 86,
  role: 'quantizer',
  summary:
    'k-means of the values: each becomes the mean of its cluster; slow on short vectors, below 100 MB/s of float32',
  takes: ['dense', 'sparse'],
  gives: 'symbols',
  bits: '⌈log2 n⌉ a value, or their entropy, + 32 a cluster + 8',
  bias: 'biased: the least error of n levels that fit the values themselves; zeros stay zeros; use error feedback',
  paper:
    'Malekijoo et al. 2021, FEDZIP: A Compression Framework for Communication-Efficient Federated Learning; Lloyd 1982',
  options,
  shorthand: 'levels',
  create: ({ levels }) =>
    quantizerTransform<Float32Array>({
      alphabet: (_shape, codebook) => codebook?.length ?? levels,
      scaleBytes: () => 1 + 4 * levels,
      quantize: (values, _shape, side) => {
        const { codebook, symbols } = clusters(values, levels);
        side.uint8(codebook.length - 1);
        side.float32s(codebook);
        return { symbols, scales: codebook };
      },
      readScales: (_count, side) => {
        const size = side.uint8() + 1;
        if (size > levels) malformed('codec/bad-count', `There are ${size} clusters of at most ${levels}.`);
        const codebook = side.float32s(size);
        if (!codebook.every((value) => Number.isFinite(value))) {
          malformed('codec/bad-scale', 'The mean of a cluster is not finite.');
        }
        return codebook;
      },
      restore: (symbols, codebook) => {
        const values = new Float32Array(symbols.length);
        for (let i = 0; i < symbols.length; i++) values[i] = codebook[symbols[i]];
        return values;
      },
    }),
});
