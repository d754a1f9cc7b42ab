import { sizeOf } from '../../../params/layout.js';
import type { Differentiable, Term } from '../differentiable.js';
import type { ChannelBlock, Value } from '../tape.js';
import type { Emission } from './emitter.js';

/** A value seen as rows, positions and channels, in the order in which its arrangement has them in memory. */
export interface ChannelView {
  readonly shape: readonly number[];
  /** A vector of the channels beside it. */
  readonly vector: readonly number[];
  /** The axes of the positions. */
  readonly positions: readonly number[];
  /** The axes of the channels. */
  readonly channels: readonly number[];
}

export const channelView = (rows: number, { shape, arrangement }: Value, block: ChannelBlock): ChannelView => {
  const channels = shape[shape.length - 1];
  const positions = sizeOf(shape.slice(0, -1));
  if (arrangement === 'channelsLast') {
    return { shape: [rows, positions, channels], vector: [1, 1, channels], positions: [1], channels: [2] };
  }
  if (arrangement === 'channelsFirst') {
    return { shape: [rows, channels, positions], vector: [1, channels, 1], positions: [2], channels: [1] };
  }
  const blocks = channels / block;
  return {
    shape: [rows, blocks, positions, block],
    vector: [1, blocks, 1, block],
    positions: [2],
    channels: [1, 3],
  };
};

export interface Normalized {
  readonly value: Term;
  readonly mean: Term;
  readonly variance: Term;
}

/** x̂ = (x − mean) / √(variance + ε), with the biased variance. @param mean what counts as the mean of a term */
export const normalize = (d: Differentiable, x: Term, mean: (of: Term) => Term, epsilon: number): Normalized => {
  const center = mean(x);
  const centered = d.subtract(x, center);
  const variance = mean(d.square(centered));
  return { value: d.multiply(centered, d.inverseRoot(variance, epsilon)), mean: center, variance };
};

/** x̂ · gamma + beta, a number each for every channel. @param vector the shape of such a vector beside x̂ */
export const scaleAndShift = (
  d: Differentiable,
  { parameter }: Emission,
  normalized: Term,
  tensors: Readonly<Record<string, string>>,
  vector: readonly number[],
): Term => {
  const channels = sizeOf(vector);
  const [gamma, beta] = ['gamma', 'beta'].map((name) =>
    d.reshape(d.parameter(parameter(tensors[name]), tensors[name], [1, channels]), ...vector),
  );
  return d.add(d.multiply(normalized, gamma), beta);
};
