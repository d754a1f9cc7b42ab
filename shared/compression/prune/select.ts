import { CodedError } from '../../util/errors.js';
import type { CompressedModel } from '../model.js';
import type { Workbench } from '../workbench.js';
import { lowest } from './lowest.js';
import { requirePrunable, type Prunable } from './prunable.js';

/** How much goes, and how scores are compared. */
export interface PruneRequest {
  readonly sparsity: number;
  /** One threshold for all kernels, or one each. */
  readonly scope: 'global' | 'layer';
}

const positionsOf = ({ tensor: { offset, size } }: Prunable): Uint32Array =>
  Uint32Array.from({ length: size }, (_, i) => offset + i);

/** One after the other. */
export const concatenated = (parts: readonly Uint32Array[]): Uint32Array => {
  const out = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

const isEmpty = ({ tensor: { offset, size } }: Prunable, mask: Float32Array): boolean =>
  mask.subarray(offset, offset + size).every((value) => value === 0);

/** Positions of weights whose scores are compared with each other, in layout order. */
export const comparedIn = (tensors: readonly Prunable[], { scope }: Pick<PruneRequest, 'scope'>): Uint32Array[] => {
  const groups = tensors.map(positionsOf);
  return scope === 'global' ? [concatenated(groups)] : groups;
};

/** All that is not gone, and how many of it go. */
const living = (positions: Uint32Array, mask: Float32Array, { sparsity }: PruneRequest) => {
  const left = positions.filter((position) => mask[position] !== 0);
  return { left, count: Math.round(sparsity * positions.length) - (positions.length - left.length) };
};

const maskOf = ({ mask, parameters }: CompressedModel): Float32Array =>
  mask?.slice() ?? new Float32Array(parameters.floats.length).fill(1);

/** @throws CodedError `compression/nothing-to-do` without kernels, or where as many weights are gone already */
export const requireGoing = (model: CompressedModel, request: PruneRequest): void => {
  const mask = maskOf(model);
  const groups = comparedIn(requirePrunable(model), request);
  if (groups.some((positions) => living(positions, mask, request).count > 0)) return;
  throw new CodedError('compression/nothing-to-do', `No weight goes at a sparsity of ${request.sparsity}.`, {
    where: `network '${model.network.network.name}'`,
    hint: 'As many are 0 already, or the kernels are too small: take a larger sparsity.',
  });
};

const withMask = (model: CompressedModel, mask: Float32Array): CompressedModel => {
  const floats = model.parameters.floats.map((weight, i) => (mask[i] === 0 ? 0 : weight));
  return { ...model, mask, parameters: { ...model.parameters, floats } };
};

/**
 * The model with exactly ⌊sparsity · n + ½⌋ of the n weights of its kernels gone: those of the lowest scores, of equal ones
 * the first, and all that were gone before. The same model where none goes.
 * @param scores layout order
 */
export const pruneTo = (
  model: CompressedModel,
  scores: Float32Array | Float64Array,
  request: PruneRequest,
  bench: Pick<Workbench, 'warn'>,
): CompressedModel => {
  const tensors = requirePrunable(model);
  const before = maskOf(model);
  const mask = before.slice();
  let gone = 0;
  for (const positions of comparedIn(tensors, request)) {
    const { left, count } = living(positions, mask, request);
    const going = lowest(left, scores, count);
    for (const position of going) mask[position] = 0;
    gone += going.length;
  }
  if (gone === 0) return model;
  for (const kernel of tensors.filter((one) => isEmpty(one, mask) && !isEmpty(one, before))) {
    bench.warn({
      code: 'compression/empty-layer',
      layer: kernel.layer.name,
      message: `Every weight of '${kernel.layer.name}' is gone: what it gives no longer depends on the input.`,
    });
  }
  return withMask(model, mask);
};
