import type { BitReader, BitWriter } from '../util/bits.js';
import { CodedError } from '../util/errors.js';
import type { Restore, Transform, Unit } from './stage-interface.js';
import type { Floats, Shape, Value } from './value.js';

/** What comes out of a sparsifier is a vector already: its other coordinates are zero. */
export const asItIs: Restore = (value) => value;

/** The floats of a value. @throws Error where the stages were not checked */
export const floatsOf = (value: Value): Float32Array => {
  if (value.kind === 'symbols') throw new Error('A stage that takes floats was given symbols.');
  return value.values;
};

/** The values at some positions. */
export const gather = (values: Float32Array, positions: Uint32Array): Float32Array => {
  const out = new Float32Array(positions.length);
  for (let i = 0; i < positions.length; i++) out[i] = values[positions[i]];
  return out;
};

export const sparseShape = (shape: Shape, support: 'explicit' | 'keyed', count: number): Shape => ({
  ...shape,
  kind: 'sparse',
  support,
  count,
});

/** @param select the kept positions, ascending; never of a zero @param limit the most positions of a vector of some length */
export const explicitSparsifier = (
  select: (values: Float32Array, unit: Unit) => Uint32Array,
  limit: (length: number) => number,
): Transform => ({
  bound: (shape) => ({ shape: sparseShape(shape, 'explicit', limit(shape.length)), sideBytes: 5 }),
  encode: (value, side: BitWriter, unit) => {
    const values = floatsOf(value);
    const positions = select(values, unit);
    side.varint(positions.length);
    const shape = sparseShape(value, 'explicit', positions.length);
    return { value: { ...shape, positions, values: gather(values, positions) } as Floats, restore: asItIs };
  },
  open: (shape, side: BitReader) => {
    const count = side.varint();
    if (count > limit(shape.length)) {
      throw new CodedError('codec/bad-count', `${count} kept values of ${shape.length}.`, {
        where: 'payload',
        hint: `At most ${limit(shape.length)} are possible.`,
      });
    }
    return { shape: sparseShape(shape, 'explicit', count), restore: asItIs };
  },
});
