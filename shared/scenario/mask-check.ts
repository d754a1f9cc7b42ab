import { createCodec, type Coding } from '../codec/pipeline.js';
import { makeLayout } from '../params/layout.js';
import { CodedError } from '../util/errors.js';
import { RandomStream } from '../util/random.js';

const length = 512;
const layout = makeLayout([{ name: 'mask', shape: [length], role: 'weight' }]);

/** Masks with few, half and nearly all ones, of none and of all. */
const probes = [0, 0.05, 0.5, 0.95, 1].map((density, round) => {
  const stream = new RandomStream({ seed: 0, purpose: 'mask-check', round });
  return Float32Array.from({ length }, () => (stream.uniform() < density ? 1 : 0));
});

/** Whether a coding gives masks of zeros and ones back as they were: it is tried. */
export const keepsMasks = (coding: Coding): boolean => {
  try {
    const codec = createCodec(coding);
    return probes.every((mask, round) => {
      const context = { key: { seed: 0, round, client: 0, part: 'mask' }, layout };
      const { payload } = codec.encode(mask, { ...context, hints: {} }, {});
      return codec.decode(payload, context).every((value, i) => value === mask[i]);
    });
  } catch (error) {
    // Levels that adapt have to be told how many they are: those don't keep masks either.
    if (error instanceof CodedError) return false;
    throw error;
  }
};
