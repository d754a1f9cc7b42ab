import { makeLayout, subLayout, type Layout } from '../../params/layout.js';
import { gatherFloats, type Parameters } from '../../params/parameters.js';

/*
 * Which weights are pruned follows from the model: those that are exactly 0. So a model on its way, in a checkpoint or in a file
 * needs no mask beside it. A weight that lives and would come to 0 gets the least value instead (see `keepAlive`).
 */

/** The weights that are not pruned, and how a vector of them alone is laid out. */
export interface Living {
  /** Of that vector: each tensor's living weights. A tensor that lost none keeps its shape; one that lost all is left out. */
  readonly layout: Layout;
  /** Coordinates in the vector of all weights, ascending; null: all of them. */
  readonly positions: Uint32Array | null;
  /** Length of the vector of all weights. */
  readonly total: number;
}

/** The least normal float32: so small that adding it to anything or multiplying anything by it is as good as 0. */
export const leastWeight = 2 ** -126;

/** All weights live. @param layout of the weights */
export const allLiving = (layout: Layout): Living => ({ layout, positions: null, total: layout.floats });

/** Those that are not 0. @param layout of the weights @param weights as many as it has floats */
export const livingIn = (layout: Layout, weights: Float32Array): Living => {
  const positions = new Uint32Array(weights.length);
  let count = 0;
  const tensors = layout.tensors.map(({ name, shape, role, offset, size }) => {
    const first = count;
    for (let i = offset; i < offset + size; i++) if (weights[i] !== 0) positions[count++] = i;
    const living = count - first;
    return { name, shape: living === size ? shape : [living], role, living };
  });
  if (count === weights.length) return allLiving(layout);
  const left = tensors.filter(({ living }) => living > 0).map(({ name, shape, role }) => ({ name, shape, role }));
  return { layout: makeLayout(left), positions: positions.slice(0, count), total: weights.length };
};

const known = new WeakMap<Parameters, Living>();

/** The living weights of a model that does not change any more: found once. */
export const livingOf = (model: Parameters): Living => {
  const found = known.get(model);
  if (found !== undefined) return found;
  const { layout, floats } = model;
  const living = livingIn(subLayout(layout, ['weight']), gatherFloats(layout, floats, ['weight']));
  known.set(model, living);
  return living;
};

/** Of a vector with a number for each weight, those of the living. The vector itself where all live. */
export const gatherLiving = <V extends Float32Array | Uint16Array>({ positions }: Living, vector: V): V => {
  if (positions === null) return vector;
  const out = (
    vector instanceof Float32Array ? new Float32Array(positions.length) : new Uint16Array(positions.length)
  ) as V;
  for (let i = 0; i < positions.length; i++) out[i] = vector[positions[i]];
  return out;
};

/** The way back: 0 for the pruned. The vector itself where all live. */
export const scatterLiving = <V extends Float32Array | Uint16Array>({ positions, total }: Living, values: V): V => {
  if (positions === null) return values;
  const out = (values instanceof Float32Array ? new Float32Array(total) : new Uint16Array(total)) as V;
  for (let i = 0; i < positions.length; i++) out[positions[i]] = values[i];
  return out;
};

/** Positions in the vector of the living, as positions in that of all weights. */
export const positionsOfAll = ({ positions }: Living, chosen: Uint32Array): Uint32Array =>
  positions === null ? chosen : chosen.map((position) => positions[position]);

/** Gives living weights that came to 0 the least value, in place: 0 is what pruned ones are. */
export const keepAlive = ({ positions }: Living, weights: Float32Array): void => {
  if (positions === null) {
    for (let i = 0; i < weights.length; i++) if (weights[i] === 0) weights[i] = leastWeight;
    return;
  }
  for (let i = 0; i < positions.length; i++) if (weights[positions[i]] === 0) weights[positions[i]] = leastWeight;
};
