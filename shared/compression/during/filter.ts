import { z } from 'zod';
import type { CompiledNetwork } from '../../models/network.js';
import { CodedError } from '../../util/errors.js';
import { tensorFloats } from '../../params/parameters.js';
import { uncompressed } from '../model.js';
import { selectChannels } from '../prune/channel-selection.js';
import { Tally } from '../prune/channel-budget.js';
import { channelGraph, type ChannelGraph, type ChannelGroup } from '../prune/channels.js';
import { withoutChannels } from '../prune/rebuild.js';
import { defineFederated } from './during.js';
import { filterScores } from './filter-scores.js';
import type { PruningOutcome, PruningTask } from './pruner.js';
import { endsInTime, scheduleOptions, sparsityAt } from './schedule.js';

const options = z
  .strictObject({
    sparsity: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.5)
      .describe('Part of the filters of convolutions that goes, of those that can; more than 0, less than 1.'),
    scope: z
      .enum(['global', 'layer'])
      .default('layer')
      .describe(
        'Whether filters are compared over the whole model, or each layer loses the same part: global or layer.',
      ),
    criterion: z
      .enum(['l1', 'l2', 'scale'])
      .default('l1')
      .describe(
        'What makes a filter important: l1, the sum of its weights’ magnitudes; l2, their Euclidean norm; scale, the size of its normalization’s scale.',
      ),
    ...scheduleOptions,
  })
  .refine(...endsInTime);

type Options = z.infer<typeof options>;

/** A filter is gone where all its weights are 0. */
const isGone = ({ members }: ChannelGroup, { layout }: CompiledNetwork, floats: Float32Array): boolean => {
  const [{ layer, channel }] = members;
  const kernel = tensorFloats(layout, floats, layer.tensors['kernel']);
  const channels = layer.outputShape[layer.outputShape.length - 1];
  for (let i = channel; i < kernel.length; i += channels) if (kernel[i] !== 0) return false;
  return true;
};

/** Filters that can go: of convolutions, and where the criterion says something about them. */
const candidatesOf = (graph: ChannelGraph, scores: readonly (number | null)[]): ChannelGroup[] =>
  graph.groups.filter(({ id, members: [{ layer }] }) => layer.kind === 'conv2d' && scores[id] !== null);

/** How many filters are to be gone, of each layer or, under the name '', of all. */
const budgetOf = (
  groups: readonly ChannelGroup[],
  sparsity: number,
  { scope }: Pick<Options, 'scope'>,
): ReadonlyMap<string, number> => new Tally(groups, scope).untilSparsity(sparsity);

const check = (network: CompiledNetwork, { criterion, sparsity, scope }: Options): void => {
  const graph = channelGraph(network);
  const where = `network '${network.network.name}'`;
  const scores = filterScores(graph, new Float32Array(network.layout.floats), criterion);
  const groups = candidatesOf(graph, scores);
  if (groups.length === 0) {
    throw new CodedError('compression/nothing-to-do', `No filter can go, or ${criterion} says nothing about any.`, {
      where,
      hint: 'Take a network with convolutions, for scale one with normalization, or prune single weights with magnitude.',
    });
  }
  const counts = [...budgetOf(groups, sparsity, { scope }).values()];
  if (counts.every((count) => count === 0)) {
    throw new CodedError('compression/nothing-to-do', `No filter goes at a sparsity of ${sparsity}.`, {
      where,
      hint: 'The layers have too few: take a larger sparsity.',
    });
  }
};

const prune = (
  { network, before, change, round }: PruningTask,
  graph: ChannelGraph,
  chosen: Options,
): PruningOutcome => {
  const floats = before.map((weight, i) => weight + change[i]);
  const scores = filterScores(graph, floats, chosen.criterion);
  const candidates = candidatesOf(graph, scores);
  const most = budgetOf(candidates, sparsityAt(round, chosen.sparsity, chosen), chosen);
  const own = new Set(candidates.map(({ id }) => id));
  const ordered = scores.map((score, id) => {
    if (!own.has(id)) return null;
    // Those that are gone come first, so that they count in what goes.
    return isGone(graph.groups[id], network, before) ? -Infinity : score;
  });
  const selection = { graph, scores: ordered, scope: chosen.scope, multipleOf: 1, onEmptied: () => undefined };
  const gone = selectChannels(selection, { kind: 'channels', most });
  const model = uncompressed(network, { layout: network.layout, floats, counters: new BigInt64Array() });
  const { mask } = withoutChannels(model, graph, gone);
  const positions = Uint32Array.from(mask!.keys()).filter((i) => mask![i] === 0 && before[i] !== 0);
  return { gone: positions, scores: null };
};

/** The graph of a network follows from it alone. */
const graphs = new WeakMap<CompiledNetwork, ChannelGraph>();
const graphOf = (network: CompiledNetwork): ChannelGraph => {
  const graph = graphs.get(network) ?? channelGraph(network);
  graphs.set(network, graph);
  return graph;
};

/**
 * Whole filters go with all that hangs on them: biases, normalization and the weights by which the next layers take their
 * values. Their numbers stay in the model as zeros, which nobody sends; after the run the step `shrink` makes the network smaller. One
 * filter of each layer stays.
 */
export const filter = defineFederated({
  name: 'filter',
  summary: 'prunes whole filters of convolutions, with what hangs on them',
  family: 'pruning',
  phases: ['train', 'score importance', 'prune', 'fine-tune'],
  paper:
    'Li et al. 2017, Pruning Filters for Efficient ConvNets; Liu et al. 2017, Learning Efficient Convolutional Networks',
  options,
  create: (chosen) => ({
    pruner: {
      schedule: chosen,
      check: (network) => check(network, chosen),
      prune: (task) => prune(task, graphOf(task.network), chosen),
    },
  }),
});
