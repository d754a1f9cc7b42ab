import type { Pruner } from '../../compression/during/pruner.js';
import type { CompiledNetwork } from '../../models/network.js';
import { subLayout, type Layout } from '../../params/layout.js';
import { gatherFloats, scatterFloats } from '../../params/parameters.js';
import { leastWeight, livingOf } from './living.js';
import type { Method, PartSpec, ServerOutcome, ServerRound, ServerState, ServerTask } from '../method.js';
import { prefixState, stateOf } from '../part-coder.js';

/*
 * Pruning around a method whose parts are differences of weights: clients train under the mask of what is pruned, the method
 * combines their updates, and then the coordinator scores what it has come to and lets weights go. Which go is a part of the
 * chain's next link. A weight that is gone stays so.
 */

/** What the wrapper keeps among the server's vectors, by their prefix. */
const owner = 'pruning';

const prunedOf = (layout: Layout): PartSpec => ({
  name: 'pruned',
  coding: 'pruned',
  layout: subLayout(layout, ['weight']),
});

/** Positions in layout order as positions in the vector of weights; those of other tensors are no weights. */
const amongWeights = (layout: Layout, positions: Uint32Array): Uint32Array => {
  const floats = new Float32Array(layout.floats);
  for (const position of positions) floats[position] = 1;
  const mask = gatherFloats(layout, floats, ['weight']);
  const out = new Uint32Array(positions.length);
  let count = 0;
  for (let i = 0; i < mask.length; i++) if (mask[i] !== 0) out[count++] = i;
  return out.subarray(0, count);
};

/** What a rule adds up of pruned weights, such as EF21's estimates from before, means nothing any more. */
const ofLiving = (delta: Float32Array, weights: Float32Array): Float32Array =>
  delta.map((change, i) => (weights[i] === 0 ? 0 : change));

const prune = (
  outcome: ServerOutcome,
  { model, round, state }: ServerTask,
  network: CompiledNetwork,
  pruner: Pruner,
): ServerOutcome => {
  const { layout, floats } = model;
  const delta = ofLiving(outcome.delta, gatherFloats(layout, floats, ['weight']));
  const change = new Float32Array(layout.floats);
  scatterFloats(layout, change, ['weight'], delta);
  const kept = stateOf(state, owner)['scores'] as Float32Array | undefined;
  const { gone, scores } = pruner.prune({ network, before: floats, change, round, scores: kept });
  const own: ServerState = scores === null ? {} : prefixState({ scores }, owner);
  return { ...outcome, delta, pruned: amongWeights(layout, gone), state: { ...outcome.state, ...own } };
};

const serverRound = (method: Method, task: ServerTask, network: CompiledNetwork, pruner: Pruner): ServerRound => {
  const round = method.serverRound(task);
  return {
    fold: (update) => round.fold(update),
    finish: () => {
      const outcome = round.finish();
      return outcome === null ? null : prune(outcome, task, network, pruner);
    },
  };
};

/** A method under which weights go. @param network that is pruned */
export const withPruning = (method: Method, network: CompiledNetwork, pruner: Pruner): Method => ({
  ...method,
  parts: (layout) => {
    const { up, down } = method.parts(layout);
    return { up, down: [prunedOf(layout), ...down] };
  },
  serverRound: (task) => serverRound(method, task, network, pruner),
  policies: (layout) => {
    const { weight, ...others } = method.policies(layout);
    return {
      weight: `${weight}; pruned weights are 0 and are not sent, a living one that comes to 0 is put to ${leastWeight}`,
      ...others,
    };
  },
});

/** Layout order: 0 where a parameter is pruned, else 1. What is no weight is never pruned. */
export const trainingMask = (model: ServerTask['model']): Float32Array => {
  const { positions } = livingOf(model);
  const mask = new Float32Array(model.layout.floats).fill(1);
  if (positions === null) return mask;
  const weights = gatherFloats(model.layout, mask, ['weight']).fill(0);
  for (const position of positions) weights[position] = 1;
  scatterFloats(model.layout, mask, ['weight'], weights);
  return mask;
};
