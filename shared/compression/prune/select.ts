import { CodedError } from '../../util/errors.js';
import type { CompressedModel } from '../model.js';
import type { Workbench } from '../workbench.js';
import { requirePrunable, type Prunable } from './prunable.js';

/** The positions of the `count` lowest scores; of equal ones those that come first. */
const lowest = (positions: Uint32Array, scores: Float32Array, count: number): Uint32Array => {
  const order = positions.slice().sort((a, b) => scores[a] - scores[b] || a - b);
  return order.subarray(0, count);
};

const positionsOf = ({ tensor: { offset, size } }: Prunable): Uint32Array =>
  Uint32Array.from({ length: size }, (_, i) => offset + i);

const concatenated = (parts: readonly Uint32Array[]): Uint32Array => {
  const out = new Uint32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
};

/**
 * The model with exactly ⌊sparsity · n + ½⌋ of the n weights of its kernels gone: those of the lowest scores, and all that
 * were gone before.
 * @param scores layout order
 * @param scope one threshold for all kernels, or one each
 * @throws CodedError `compression/nothing-to-do` without kernels, or where as many are gone already
 */
export const pruneTo = (
  model: CompressedModel,
  scores: Float32Array,
  sparsity: number,
  scope: 'global' | 'layer',
  bench: Pick<Workbench, 'warn'>,
): CompressedModel => {
  const tensors = requirePrunable(model);
  const mask = model.mask?.slice() ?? new Float32Array(model.parameters.floats.length).fill(1);
  const ordered = scores.map((score, i) => (mask[i] === 0 ? -Infinity : score));
  const groups = tensors.map(positionsOf);
  let gone = 0;
  for (const positions of scope === 'global' ? [concatenated(groups)] : groups) {
    const before = positions.reduce((count, position) => count + (mask[position] === 0 ? 1 : 0), 0);
    const count = Math.round(sparsity * positions.length);
    if (count <= before) continue;
    gone += count - before;
    for (const position of lowest(positions, ordered, count)) mask[position] = 0;
  }
  if (gone === 0) {
    throw new CodedError('compression/nothing-to-do', `No weight goes at a sparsity of ${sparsity}.`, {
      where: `network '${model.network.network.name}'`,
      hint: 'As many are 0 already, or the kernels are too small: take a larger sparsity.',
    });
  }
  for (const { layer, tensor } of tensors) {
    const left = mask.subarray(tensor.offset, tensor.offset + tensor.size).some((value) => value !== 0);
    if (left) continue;
    bench.warn({
      code: 'compression/empty-layer',
      layer: layer.name,
      message: `Every weight of '${layer.name}' is gone: what it gives no longer depends on the input.`,
    });
  }
  const floats = model.parameters.floats.map((weight, i) => (mask[i] === 0 ? 0 : weight));
  return { ...model, mask, parameters: { ...model.parameters, floats } };
};
