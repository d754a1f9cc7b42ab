import { requireLayout, type Layout } from './layout.js';
import type { Parameters } from './parameters.js';
import { CodedError } from '../util/errors.js';
import { decodeVectors, encodeVectors, type VectorMeta } from './vector-file.js';

/** A model as a `.fsq` file, with its layout so that other programs can name its tensors. */
export const encodeModel = ({ layout, floats, counters }: Parameters, meta: VectorMeta = {}): Uint8Array =>
  encodeVectors({ ...meta, layout }, { floats, counters });

/**
 * @param layout the layout in use; a model of another one is refused
 * @throws CodedError `params/bad-file`, `params/layout-mismatch`
 */
export const decodeModel = (file: Uint8Array, layout: Layout, what: string): Parameters => {
  const { meta, vectors } = decodeVectors(file, what);
  const { id } = (meta['layout'] ?? {}) as Partial<Layout>;
  requireLayout(layout, String(id), what);
  const { floats, counters } = vectors;
  if (!(floats instanceof Float32Array) || floats.length !== layout.floats) {
    throw new CodedError('params/bad-file', `The model needs ${layout.floats} floats.`, { where: what });
  }
  if (!(counters instanceof BigInt64Array) || counters.length !== layout.counters) {
    throw new CodedError('params/bad-file', `The model needs ${layout.counters} counters.`, { where: what });
  }
  return { layout, floats, counters };
};
