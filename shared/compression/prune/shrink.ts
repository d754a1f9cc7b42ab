import { z } from 'zod';
import { CodedError } from '../../util/errors.js';
import type { CompressedModel } from '../model.js';
import { defineStep } from '../step.js';
import { tensorPlaces } from './channel-axes.js';
import { channelGraph, type ChannelGraph } from './channels.js';
import { Cut } from './cut.js';
import { foreseeFloat, requireFloat } from './float-only.js';
import { rebuilt } from './rebuild.js';

/** Groups of channels that some layer takes by a weight other than 0. */
const usedGroups = (graph: ChannelGraph, { parameters, network }: CompressedModel): ReadonlySet<number> => {
  const used = new Set<number>();
  for (const layer of graph.network.layers) {
    if (layer.kind !== 'dense' && layer.kind !== 'conv2d') continue;
    const name = layer.tensors['kernel'];
    const { offset, size, shape } = network.layout.tensors.find((tensor) => tensor.name === name)!;
    const inputs = tensorPlaces(layer, graph).get(name)?.at(-2);
    if (inputs === null || inputs === undefined) continue;
    const outputs = shape[shape.length - 1];
    for (let i = 0; i < size; i++) {
      if (parameters.floats[offset + i] !== 0) used.add(inputs[Math.floor(i / outputs) % inputs.length]);
    }
  }
  return used;
};

/** Those that no layer takes; one channel of each layer stays. */
const unused = (graph: ChannelGraph, model: CompressedModel): ReadonlySet<number> => {
  const used = usedGroups(graph, model);
  const cut = new Cut(graph);
  for (const group of graph.groups) {
    if (!used.has(group.id) && cut.emptiedBy([group]) === null) cut.take([group]);
  }
  return cut.gone;
};

/** What goes may have been the only use of what comes before it. */
const shrunk = (model: CompressedModel): CompressedModel => {
  const graph = channelGraph(model.network);
  const gone = unused(graph, model);
  return gone.size === 0 ? model : shrunk(rebuilt(model, graph, gone));
};

/**
 * Makes the network smaller by what its zeros leave without effect: filters and units whose values every later layer
 * multiplies by 0, as pruning whole filters while a federation trains leaves them. The outputs stay what they were.
 */
export const shrink = defineStep({
  name: 'shrink',
  summary: 'takes filters and units out whose values nothing uses: a smaller network with the same outputs',
  family: 'pruning',
  phases: ['prune'],
  paper: 'Li et al. 2017, Pruning Filters for Efficient ConvNets, section 3.1',
  options: z.strictObject({}),
  create: () => ({
    foresee: (before) => {
      foreseeFloat(before);
      return { ...before, network: null };
    },
    apply: (model, bench) => {
      requireFloat(model);
      bench.report({ phase: 'prune', done: 0 });
      const smaller = shrunk(model);
      if (smaller !== model) return Promise.resolve(smaller);
      throw new CodedError('compression/nothing-to-do', 'Every filter and unit of the network is used.', {
        where: `network '${model.network.network.name}'`,
        hint: 'Prune filters or units first: single weights seldom leave a whole one without use.',
      });
    },
  }),
});
