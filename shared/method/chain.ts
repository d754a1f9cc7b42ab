import { coordinatorKey } from '../codec/codec.js';
import type { Coding } from '../codec/pipeline.js';
import { initialize } from '../models/initialize.js';
import type { CompiledNetwork } from '../models/network.js';
import { subLayout } from '../params/layout.js';
import { gatherFloats, scatterFloats, type Parameters } from '../params/parameters.js';
import { allLiving, keepAlive, type Living } from './pruning/living.js';
import type { PartSpec, PartValue } from './method.js';
import type { PartKey } from './part-coder.js';

/*
 * The chain: the global model is what clients hold. Each round that changes it makes one link, and
 * model(v + 1) = model(v) + decode(link), in float32, on both sides and so to the same bits.
 */

/** A combined payload holds the new values of all weights that the missed links changed, and no others. */
export const combinedCoding: Coding = {
  errorFeedback: false,
  scope: 'model',
  stages: [{ threshold: { above: 0 } }, { golomb: {} }],
};

/** What lies between two versions of weights on a lattice: integers, mostly zero. */
export const sumCoding: Coding = {
  errorFeedback: false,
  scope: 'model',
  stages: [{ integers: {} }, { arithmetic: {} }],
};

/**
 * The model at version 0, which every client makes from the seed.
 * @param lattice exponent e: weights are rounded to multiples of 2^−e, so that sums of changes on the lattice are exact
 * @param prunes whether 0 is what pruned weights are, so that no other weight may be it
 */
export const initialModel = (
  network: CompiledNetwork,
  seed: number,
  lattice: number | null,
  prunes = false,
): Parameters => {
  const model = initialize(network, seed);
  if (prunes) keepWeightsAlive(model, allLiving(subLayout(model.layout, ['weight'])));
  if (lattice === null) return model;
  const weights = gatherFloats(model.layout, model.floats, ['weight']);
  const scale = 2 ** lattice;
  for (let i = 0; i < weights.length; i++) weights[i] = Math.round(weights[i] * scale) / scale;
  replaceWeights(model, weights);
  return model;
};

/** Whether values are multiples of 2^−lattice so small that float32 adds and takes them away without rounding. */
export const isOnLattice = (values: Float32Array, lattice: number): boolean => {
  const scale = 2 ** lattice;
  for (let i = 0; i < values.length; i++) {
    const multiple = values[i] * scale;
    if (Math.floor(multiple) !== multiple || multiple > 2 ** 23 || multiple < -(2 ** 23)) return false;
  }
  return true;
};

/** What lies between two versions; null where adding it to the earlier one would not give the later one's bits. */
export const exactDifference = (after: Float32Array, before: Float32Array): Float32Array | null => {
  const difference = new Float32Array(after.length);
  for (let i = 0; i < after.length; i++) {
    difference[i] = after[i] - before[i];
    if (Math.fround(before[i] + difference[i]) !== after[i]) return null;
  }
  return difference;
};

/** The coordinator's codec key for the link that leads to a version. */
export const linkKey = (seed: number, version: number): PartKey => ({ seed, round: version, client: coordinatorKey });

/** Adds a link's decoded weights, in place. */
export const addToWeights = ({ layout, floats }: Parameters, delta: Float32Array): void => {
  const weights = gatherFloats(layout, floats, ['weight']);
  for (let i = 0; i < weights.length; i++) weights[i] += delta[i];
  scatterFloats(layout, floats, ['weight'], weights);
};

/** Puts the weights of a whole model in place. */
export const replaceWeights = ({ layout, floats }: Parameters, weights: Float32Array): void =>
  scatterFloats(layout, floats, ['weight'], weights);

/** Puts the values of a combined payload in place; its zeros are the weights that it doesn't hold. */
export const overwriteWeights = ({ layout, floats }: Parameters, values: Float32Array): void => {
  const weights = gatherFloats(layout, floats, ['weight']);
  for (let i = 0; i < weights.length; i++) if (values[i] !== 0) weights[i] = values[i];
  scatterFloats(layout, floats, ['weight'], weights);
};

/** Puts weights that are pruned to 0, in place. @param mask 1 for each that goes */
export const pruneWeights = ({ layout, floats }: Parameters, mask: Float32Array): void => {
  const weights = gatherFloats(layout, floats, ['weight']);
  for (let i = 0; i < weights.length; i++) if (mask[i] !== 0) weights[i] = 0;
  scatterFloats(layout, floats, ['weight'], weights);
};

/** Gives living weights that came to 0 the least value, in place. */
export const keepWeightsAlive = ({ layout, floats }: Parameters, living: Living): void => {
  const weights = gatherFloats(layout, floats, ['weight']);
  keepAlive(living, weights);
  scatterFloats(layout, floats, ['weight'], weights);
};

/** Puts an exact part, statistics or counters, in place. */
export const replaceExact = ({ layout, floats, counters }: Parameters, spec: PartSpec, value: PartValue): void => {
  if (value instanceof BigInt64Array) counters.set(value);
  else scatterFloats(layout, floats, [spec.layout.tensors[0].role], value);
};

/** The exact part's present value. */
export const exactValue = ({ layout, floats, counters }: Parameters, spec: PartSpec): PartValue =>
  spec.coding === 'integers' ? counters.slice() : gatherFloats(layout, floats, [spec.layout.tensors[0].role]);
