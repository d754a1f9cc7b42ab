import { CodedError } from '../../util/errors.js';
import type { CompressedModel } from '../model.js';
import type { Compressor } from '../step.js';
import type { Workbench } from '../workbench.js';
import { budgetAt, Tally } from './channel-budget.js';
import type { ChannelOptions } from './channel-options.js';
import { groupScores, type Criterion } from './channel-scores.js';
import { familyOf, selectChannels } from './channel-selection.js';
import { channelGraph, type ChannelGraph, type ChannelGroup, type Producer } from './channels.js';
import { foreseeFloat, requireFloat } from './float-only.js';
import { rebuilt } from './rebuild.js';

/** Filters of convolutions or units of dense layers. */
export interface ChannelKind {
  readonly kind: Producer['kind'];
  /** For people, in the plural. */
  readonly word: string;
}

export interface ChannelMethod extends ChannelKind {
  readonly criterion: Criterion;
  /** The criterion's word, for people. */
  readonly criterionWord: string;
  /** Makes up for what a cut has changed, before training does. @param smaller the model after it */
  readonly repair?: (cut: ChannelCut, smaller: CompressedModel, bench: Workbench) => Promise<CompressedModel>;
}

/** A model and what is cut from it. */
export interface ChannelCut {
  readonly model: CompressedModel;
  readonly graph: ChannelGraph;
  readonly gone: ReadonlySet<number>;
}

const where = ({ network: { network } }: Pick<CompressedModel, 'network'>): string => `network '${network.name}'`;

/** Tells once of each layer. */
const layerWarnings = (bench: Pick<Workbench, 'warn'>) => {
  const told = new Set<string>();
  return (code: string, layer: string, message: string): void => {
    if (!told.has(`${code} ${layer}`)) bench.warn({ code, layer, message });
    told.add(`${code} ${layer}`);
  };
};

type Warn = ReturnType<typeof layerWarnings>;

/** The groups that a method takes from: the first of their filters or units is of its kind. */
const candidates = ({ groups }: ChannelGraph, { kind }: ChannelKind): ChannelGroup[] =>
  groups.filter(({ members: [{ layer }] }) => layer.kind === kind);

const otherKinds: Partial<Record<Producer['kind'], { readonly kind: string; readonly hint: string }>> = {
  conv2d: { kind: 'dense', hint: 'Its hidden layers have units: take the step `neuron`.' },
  dense: { kind: 'conv2d', hint: 'Its convolutions have filters: take the step `filter`.' },
};

/** What to do about a network whose hidden layers have none of what a step takes. */
const insteadOf = ({ network }: Pick<CompressedModel, 'network'>, { kind }: ChannelKind): string => {
  const other = otherKinds[kind];
  const hasOther = network.layers.slice(0, -1).some((layer) => layer.kind === other?.kind);
  return (hasOther && other?.hint) || 'The last layer keeps all of its own: prune single weights instead.';
};

/** @throws CodedError `compression/nothing-to-do` without any; tells of layers that can lose none */
const requireCandidates = (
  model: Pick<CompressedModel, 'network'>,
  graph: ChannelGraph,
  chosen: ChannelKind,
  warn: Warn,
): void => {
  const { layers } = model.network;
  const own = layers.slice(0, -1).filter(({ kind }) => kind === chosen.kind);
  const found = candidates(graph, chosen);
  if (found.length === 0) {
    const [message, hint] =
      own.length === 0
        ? [`The network has no ${chosen.word} that could go.`, insteadOf(model, chosen)]
        : [
            `No ${chosen.word} can go alone.`,
            'Groups, shuffles or normalizations over channels tie all of a layer together; prune single weights instead.',
          ];
    throw new CodedError('compression/nothing-to-do', message, {
      where: where(model),
      hint,
    });
  }
  for (const { name } of own) {
    if (graph.places.get(name)?.some((group) => group >= 0) === true) continue;
    warn(
      'compression/kept-layer',
      name,
      `'${name}' keeps all ${chosen.word}: groups, a normalization over channels or a shuffle tie all of them together.`,
    );
  }
};

/** Refuses FLOPs out of reach before anything is trained for them. @throws CodedError `compression/impossible` */
const requireReachable = (graph: ChannelGraph, options: ChannelOptions, method: ChannelMethod): void => {
  if (options.flops === null) return;
  const may = new Set(candidates(graph, method).map(({ id }) => id));
  const scores = graph.groups.map(({ id }) => (may.has(id) ? 0 : null));
  const most = options.flops * graph.network.flops;
  selectChannels({ ...options, graph, scores, onEmptied: () => {} }, { kind: 'flops', most });
};

/** Scores of the groups that may go; null for all others. @throws CodedError `compression/impossible` where none has one */
const scoresFor = async (
  model: CompressedModel,
  graph: ChannelGraph,
  method: ChannelMethod,
  { bench, warn }: { readonly bench: Workbench; readonly warn: Warn },
): Promise<(number | null)[]> => {
  const { criterion, criterionWord, word } = method;
  const scores = groupScores(await criterion.score(model, graph, bench), graph, criterion);
  const own = candidates(graph, method);
  const unknown = own.filter(({ id }) => scores[id] === null);
  if (unknown.length === own.length) {
    throw new CodedError('compression/impossible', `${criterionWord} says nothing about any of the ${word}.`, {
      where: where(model),
      hint: `It looks at ${criterion.summary}: take another criterion.`,
    });
  }
  for (const layer of new Set(unknown.map(familyOf))) {
    warn('compression/kept-layer', layer, `'${layer}' keeps all ${word}: ${criterionWord} says nothing about them.`);
  }
  const ids = new Set(own.map(({ id }) => id));
  return scores.map((score, id) => (ids.has(id) ? score : null));
};

/**
 * Scores filters or units, takes the least important with all that hangs on them out of the network, and trains it, as often
 * as the schedule says.
 */
export const channelStep = (options: ChannelOptions, method: ChannelMethod): Compressor => ({
  foresee: (before) => {
    foreseeFloat(before);
    const { network } = before;
    if (network !== null) {
      const graph = channelGraph(network);
      requireCandidates({ network }, graph, method, () => undefined);
      requireReachable(graph, options, method);
    }
    return { ...before, network: null };
  },
  apply: async (before, bench) => {
    requireFloat(before);
    const { steps, epochs, learningRate, batchSize, scope, multipleOf } = options;
    const warn = layerWarnings(bench);
    const onEmptied = (layer: string): void =>
      warn('compression/empty-layer', layer, `'${layer}' would have lost its last channel: the most important stay.`);
    let model = before;
    let graph = channelGraph(model.network);
    requireCandidates(model, graph, method, warn);
    requireReachable(graph, options, method);
    const tally = new Tally(candidates(graph, method), scope);
    for (let step = 1; step <= steps && candidates(graph, method).length > 0; step++) {
      bench.report({ phase: 'score importance', done: (step - 1) / steps });
      const scores = await scoresFor(model, graph, method, { bench, warn });
      const { isAdditive = false } = method.criterion;
      const selection = { graph, scores, scope, multipleOf, isAdditive, onEmptied };
      const gone = selectChannels(selection, budgetAt(options, step / steps, before.network.flops, tally));
      bench.report({ phase: 'prune', done: step / steps });
      if (gone.size > 0) {
        tally.took(graph.groups.filter(({ id }) => gone.has(id)));
        const smaller = rebuilt(model, graph, gone);
        model = (await method.repair?.({ model, graph, gone }, smaller, bench)) ?? smaller;
        graph = channelGraph(model.network);
      }
      const isLast = step === steps;
      const plan = { phase: 'fine-tune', batchSize, learningRate, epochs: isLast ? epochs : Math.min(1, epochs) };
      const trains = plan.epochs > 0 && (gone.size > 0 || (isLast && model !== before));
      if (trains) ({ model } = await bench.train(model, plan));
    }
    if (model !== before) return model;
    throw new CodedError('compression/nothing-to-do', `No ${method.word} go: the part is too small for a single one.`, {
      where: where(before),
      hint: 'Take a larger sparsity, fewer FLOPs or a smaller multipleOf.',
    });
  },
});
