import { exactValue } from '../shared/method/chain.js';
import type { Living } from '../shared/method/pruning/living.js';
import type { ModelChange, PartSpec, PartValue } from '../shared/method/method.js';
import type { Parameters } from '../shared/params/parameters.js';

/** What a step of the chain does to which weights live. */
export interface Pruning {
  /** What its part says, and of which weights it says it. */
  readonly mask: Float32Array;
  readonly before: Living;
  readonly after: Living;
}

/** Of which weights a part speaks. */
export const livingFor = ({ coding }: PartSpec, pruning: Pruning | null): Living | null =>
  (coding === 'pruned' ? pruning?.before : pruning?.after) ?? null;

/** What a part says that does not go through the codec. */
export const otherValue = (
  spec: PartSpec,
  model: Parameters,
  pruning: Pruning | null,
  exact: ModelChange['exact'],
): PartValue => (spec.coding === 'pruned' ? pruning!.mask : (exact[spec.name] ?? exactValue(model, spec)));

/** 1 where a weight is 0. */
export const zerosOf = (weights: Float32Array): Float32Array => weights.map((weight) => (weight === 0 ? 1 : 0));

/** 1 at the positions. */
export const maskOf = (length: number, positions: Iterable<number>): Float32Array => {
  const mask = new Float32Array(length);
  for (const position of positions) mask[position] = 1;
  return mask;
};
