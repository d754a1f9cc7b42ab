import type { Layout } from '../params/layout.js';
import { RandomStream } from '../util/random.js';
import type { CodecContext } from './codec.js';
import type { Unit } from './stage-interface.js';

/** A unit with its place in the vector. */
export interface PlacedUnit extends Unit {
  readonly offset: number;
}

/** Places and extents of what is coded as one: the whole vector, or each tensor of floats. */
const places = (layout: Layout, scope: 'model' | 'tensor') =>
  scope === 'model'
    ? [{ offset: 0, size: layout.floats, shape: [layout.floats] }]
    : layout.tensors.filter(({ role }) => role !== 'counter');

export const unitExtents = (layout: Layout, scope: 'model' | 'tensor'): Unit['extents'][] =>
  places(layout, scope).map(({ shape }) => shape);

/** The units of one payload. They share random streams, which are made when first asked for. */
export const makeUnits = ({ key, layout, hints = {} }: CodecContext, scope: 'model' | 'tensor'): PlacedUnit[] => {
  const { seed, round, client, part } = key;
  const streams = new Map<string, RandomStream>();
  const random = (stage: string): RandomStream => {
    const known = streams.get(stage) ?? new RandomStream({ seed, round, client, purpose: `codec/${part}/${stage}` });
    streams.set(stage, known);
    return known;
  };
  return places(layout, scope).map(({ offset, size, shape }) => ({
    offset,
    length: size,
    extents: shape,
    round,
    client,
    hints,
    random,
  }));
};
