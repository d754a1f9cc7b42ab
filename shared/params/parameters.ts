import { createHash } from 'node:crypto';
import type { Layout, PlacedTensor, Role } from './layout.js';

/** The numbers of a model: floats and counters, in the order of the layout that names them. */
export interface Parameters {
  readonly layout: Layout;
  readonly floats: Float32Array;
  readonly counters: BigInt64Array;
}

/** @returns parameters of zeros. */
export const zeroParameters = (layout: Layout): Parameters => ({
  layout,
  floats: new Float32Array(layout.floats),
  counters: new BigInt64Array(layout.counters),
});

export const copyParameters = ({ layout, floats, counters }: Parameters): Parameters => ({
  layout,
  floats: floats.slice(),
  counters: counters.slice(),
});

/** The tensors of floats with one of the given roles, in canonical order. */
const chosenTensors = (layout: Layout, roles: readonly Role[]): readonly PlacedTensor[] =>
  layout.tensors.filter(({ role }) => role !== 'counter' && roles.includes(role));

/** A vector as long as the tensors together. */
const vectorOf = (tensors: readonly PlacedTensor[]): Float32Array =>
  new Float32Array(tensors.reduce((sum, { size }) => sum + size, 0));

/** The numbers of one tensor of floats, a view of them; none where the layout has no tensor of this name. */
export const tensorFloats = (layout: Layout, floats: Float32Array, name: string): Float32Array => {
  const { offset, size } = layout.tensors.find((tensor) => tensor.name === name) ?? { offset: 0, size: 0 };
  return floats.subarray(offset, offset + size);
};

/** The floats of the tensors with one of the given roles, in canonical order: the vector of {@link subLayout}. */
export const gatherFloats = (layout: Layout, floats: Float32Array, roles: readonly Role[]): Float32Array => {
  const chosen = chosenTensors(layout, roles);
  const out = vectorOf(chosen);
  let at = 0;
  for (const { offset, size } of chosen) {
    out.set(floats.subarray(offset, offset + size), at);
    at += size;
  }
  return out;
};

/** after − before, of what {@link gatherFloats} gives of each. */
export const differenceOf = (
  layout: Layout,
  after: Float32Array,
  before: Float32Array,
  roles: readonly Role[],
): Float32Array => {
  const chosen = chosenTensors(layout, roles);
  const out = vectorOf(chosen);
  let at = 0;
  for (const { offset, size } of chosen) {
    for (let i = offset; i < offset + size; i++) out[at++] = after[i] - before[i];
  }
  return out;
};

/** Puts what {@link gatherFloats} gave back into its places, in place. */
export const scatterFloats = (
  layout: Layout,
  floats: Float32Array,
  roles: readonly Role[],
  values: Float32Array,
): void => {
  let at = 0;
  for (const { offset, size } of chosenTensors(layout, roles)) {
    floats.set(values.subarray(at, at + size), offset);
    at += size;
  }
};

/** The floats at some places, in their order. */
export const floatsAt = (floats: Float32Array, places: Uint32Array): Float32Array => {
  const out = new Float32Array(places.length);
  for (let i = 0; i < out.length; i++) out[i] = floats[places[i]];
  return out;
};

/** The bytes of a typed array, without a copy. */
export const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/**
 * SHA-256 of the layout id, the floats (float32 little-endian, canonical order, buffers too) and the counters.
 * Two models with the same hash are the same to the bit.
 */
export const modelHash = ({ layout, floats, counters }: Parameters): string =>
  createHash('sha256').update(layout.id).update(bytesOf(floats)).update(bytesOf(counters)).digest('hex');
