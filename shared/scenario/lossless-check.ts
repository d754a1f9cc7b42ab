import { createCodec, type Coding } from '../codec/pipeline.js';
import { makeLayout } from '../params/layout.js';
import { CodedError } from '../util/errors.js';
import { RandomStream } from '../util/random.js';

const length = 512;
const layout = makeLayout([{ name: 'probe', shape: [length], role: 'weight' }]);

/** Vectors of which so large a part is not 0. @param draw a value other than 0 */
const probesOf = (densities: readonly number[], draw: (stream: RandomStream) => number): Float32Array[] =>
  densities.map((density, round) => {
    const stream = new RandomStream({ seed: 0, purpose: 'mask-check', round });
    return Float32Array.from({ length }, () => (stream.uniform() < density ? draw(stream) : 0));
  });

/** Masks with few, half and nearly all ones, of none and of all. */
const masks = probesOf([0, 0.05, 0.5, 0.95, 1], () => 1);

/** Differences of labels and of counts in at most 8 bits, of which all, some or few are not 0. */
const integers = probesOf([0, 0.05, 0.5, 1], (stream) => (1 + stream.below(255)) * (stream.below(2) === 0 ? 1 : -1));

/** Whether a coding gives vectors back as they were: it is tried. */
const keeps = (coding: Coding, probes: readonly Float32Array[]): boolean => {
  try {
    const codec = createCodec(coding);
    return probes.every((probe, round) => {
      const context = { key: { seed: 0, round, client: 0, part: 'mask' }, layout };
      const { payload } = codec.encode(probe, { ...context, hints: {} }, {});
      return codec.decode(payload, context).every((value, i) => value === probe[i]);
    });
  } catch (error) {
    // Levels that adapt have to be told how many they are: those don't keep anything either.
    if (error instanceof CodedError) return false;
    throw error;
  }
};

/** Whether a coding keeps every zero and one of masks. */
export const keepsMasks = (coding: Coding): boolean => keeps(coding, masks);

/** Whether a coding keeps small integers. */
export const keepsIntegers = (coding: Coding): boolean => keeps(coding, integers);
