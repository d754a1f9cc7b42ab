import { createHash } from 'node:crypto';
import { CodedError } from '../util/errors.js';

/**
 * What a tensor is for. `weight` is trained, coded and averaged; `frozen` keeps its first value, which follows from the
 * seed, and is not sent; `buffer` is a statistic such as a running mean, averaged by a stated policy and sent whole;
 * `counter` is an integer, never coded lossily; `local` never leaves its client; `step` is a quantizer's step size, trained as a
 * weight is, and averaged and sent whole as a buffer is.
 */
export type Role = 'weight' | 'frozen' | 'buffer' | 'counter' | 'local' | 'step';

export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: Role;
}

/** A tensor with its place: `offset` and `size` count numbers in the floats, or in the counters for a counter. */
export interface PlacedTensor extends TensorSpec {
  readonly offset: number;
  readonly size: number;
}

/** Names the coordinates of a parameter vector. Two layouts are the same exactly when their ids are. */
export interface Layout {
  /** The first 16 hexadecimal digits of the SHA-256 of the tensors' names, shapes and roles. */
  readonly id: string;
  readonly tensors: readonly PlacedTensor[];
  /** Number of floats: all tensors but the counters. */
  readonly floats: number;
  /** Number of counters. */
  readonly counters: number;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

/** Places tensors one after the other, in the order given. */
export const makeLayout = (specs: readonly TensorSpec[]): Layout => {
  const next = { floats: 0, counters: 0 };
  const tensors = specs.map(({ name, shape, role }) => {
    const size = sizeOf(shape);
    const store = role === 'counter' ? 'counters' : 'floats';
    const offset = next[store];
    next[store] += size;
    return { name, shape: [...shape], role, offset, size };
  });
  const canonical = JSON.stringify(tensors.map(({ name, shape, role }) => [name, shape, role]));
  const id = createHash('sha256').update(canonical).digest('hex').slice(0, 16);
  return { id, tensors, ...next };
};

/** The layout of some of another's tensors, in the same order, with offsets of its own. */
export const subLayout = (layout: Layout, roles: readonly Role[]): Layout =>
  makeLayout(layout.tensors.filter(({ role }) => roles.includes(role)));

/** @throws CodedError `params/layout-mismatch` */
export const requireLayout = (expected: Layout, id: string, what: string): void => {
  if (id !== expected.id) {
    throw new CodedError('params/layout-mismatch', `${what} has the layout ${id}, but ${expected.id} is in use.`);
  }
};
