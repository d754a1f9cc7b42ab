import type { BitReader, BitWriter } from '../util/bits.js';
import { bfloat16Above, bfloat16Outward, checkScale, fromBfloat16, largestMagnitude, rootMeanSquare } from './scale.js';
import { malformed } from './streams/malformed.js';
import { stepFactors, trainedStep } from '../params/trained-step.js';
import { saturate } from './value.js';

/** The outermost levels for some values. */
export type Measure = (values: Float32Array) => readonly [lowest: number, highest: number];

/** Steps of the best uniform quantizers of a standard Gaussian, 1 to 8 bits (Max 1960, Quantizing for Minimum Distortion, table II; recomputed). */
const gaussianSteps = [
  1.595769121605731, 0.9956866846034285, 0.5860194328670292, 0.3352006119619424, 0.18813879312044737,
  0.10406300799748563, 0.056867673450661016, 0.030762382376754938,
];

const around = (scale: number): readonly [number, number] => [-scale, scale];

const extremes: Measure = (values) => {
  if (values.length === 0) return [0, 0];
  let lowest = values[0];
  let highest = lowest;
  for (let i = 1; i < values.length; i++) {
    const value = values[i];
    if (value < lowest) lowest = value;
    else if (value > highest) highest = value;
  }
  return [lowest, highest];
};

export const euclideanNorm = (values: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return saturate(Math.sqrt(sum));
};

/** Ways to choose the outermost levels, for so many bits. */
export const rangeMeasures = {
  absmax: () => (values) => around(largestMagnitude(values)),
  minmax: () => extremes,
  l2: () => (values) => around(euclideanNorm(values)),
  gaussian: (bits) => {
    const factor = gaussianSteps[bits - 1] * ((2 ** bits - 1) / 2);
    return (values) => around(saturate(rootMeanSquare(values) * factor));
  },
  trained: (bits) => (values) => around(saturate(trainedStep(values, bits) * stepFactors(bits).most)),
} satisfies Record<string, (bits: number) => Measure>;

/**
 * Writes the outermost levels, both or the highest alone, as float32 or as bfloat16 rounded outward.
 * @returns them as the decoder will have them
 */
export const writeRange = (
  [lowest, highest]: readonly [number, number],
  both: boolean,
  precision: 'float32' | 'bfloat16',
  side: BitWriter,
): readonly [number, number] => {
  if (precision === 'float32') {
    if (both) side.float32(lowest);
    side.float32(highest);
    return [lowest, highest];
  }
  if (!both) {
    const bits = bfloat16Above(highest);
    side.uint16(bits);
    return around(fromBfloat16(bits));
  }
  const [low, high] = [bfloat16Outward(lowest, -1), bfloat16Outward(highest, 1)];
  side.uint16(low);
  side.uint16(high);
  return [fromBfloat16(low), fromBfloat16(high)];
};

/** What {@link writeRange} wrote. @throws CodedError `codec/bad-scale`, `codec/truncated` */
export const readRange = (
  both: boolean,
  precision: 'float32' | 'bfloat16',
  side: BitReader,
): readonly [number, number] => {
  const read = () => (precision === 'float32' ? side.float32() : fromBfloat16(side.uint16()));
  if (!both) return around(checkScale(read()));
  const [lowest, highest] = [read(), read()];
  if (lowest > -Infinity && lowest <= highest && highest < Infinity) return [lowest, highest];
  return malformed('codec/bad-scale', `Levels from ${lowest} to ${highest}.`);
};
