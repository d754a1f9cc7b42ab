import { CodedError } from '../../util/errors.js';
import type { ChannelGraph, ChannelGroup } from './channels.js';
import { Cut } from './cut.js';

/** Groups that go at once, with what they are worth. */
interface Slice {
  readonly groups: readonly ChannelGroup[];
  /** The layer that their first channel is of. */
  readonly family: string;
  /** Filters and units. */
  readonly size: number;
  /** Those of the family's own layer. */
  readonly width: number;
  readonly score: number;
}

/** How much goes. */
export type Budget =
  /** At most that many filters and units of each family, or of all together under the name ''. */
  | { readonly kind: 'channels'; readonly most: ReadonlyMap<string, number> }
  /** Until the network has at most that many FLOPs. */
  | { readonly kind: 'flops'; readonly most: number };

export interface Selection {
  readonly graph: ChannelGraph;
  /** By group: low ones go first; null: it stays. */
  readonly scores: readonly (number | null)[];
  readonly scope: 'global' | 'layer';
  /** Channels that stay of a layer are a multiple of it, where they can be. */
  readonly multipleOf: number;
  /**
   * Whether scores are shares of one sum, the loss: where FLOPs are to be saved over the whole model, those go first that cost
   * the least of it for each FLOP (as the FLOPs regularization of Molchanov et al., ICLR 2017, section 2.5, means to). False
   * when left out.
   */
  readonly isAdditive?: boolean;
  /** Told of each layer that would have lost its last channel. */
  readonly onEmptied: (layer: string) => void;
}

export const familyOf = ({ members: [{ layer }] }: ChannelGroup): string => layer.name;

const ascending = <T extends { readonly score: number }>(things: readonly T[]): T[] =>
  things.toSorted((a, b) => a.score - b.score);

/** A family's groups, lowest first, in slices after each of which a multiple is left of it. */
const slicesOf = (family: string, groups: readonly Slice[], channels: number, multipleOf: number): Slice[] => {
  const slices: Slice[] = [];
  let [pending, left] = [[] as Slice[], channels];
  for (const one of ascending(groups)) {
    pending.push(one);
    left -= one.width;
    if (left % multipleOf !== 0) continue;
    const sum = (of: (one: Slice) => number): number => pending.reduce((total, one) => total + of(one), 0);
    const [size, width] = [sum(({ size }) => size), sum(({ width }) => width)];
    const score = sum(({ score, size }) => score * size) / size;
    slices.push({ groups: pending.flatMap(({ groups }) => groups), family, size, width, score });
    pending = [];
  }
  return slices;
};

const allSlices = ({ graph, scores, multipleOf }: Selection): Slice[] => {
  const families = new Map<string, Slice[]>();
  for (const group of graph.groups) {
    const score = scores[group.id];
    if (score === null) continue;
    const family = familyOf(group);
    const { length: size } = group.members;
    const { length: width } = group.members.filter(({ layer }) => layer.name === family);
    families.set(family, [...(families.get(family) ?? []), { groups: [group], family, size, width, score }]);
  }
  return [...families].flatMap(([family, groups]) =>
    slicesOf(family, groups, graph.places.get(family)?.length ?? 0, multipleOf),
  );
};

/** Takes wanted slices, lowest first; a slice that would empty a layer stays. */
const takeLowest = (
  slices: readonly Slice[],
  cut: Cut,
  isWanted: (slice: Slice) => boolean,
  hear: { readonly onTaken?: (slice: Slice) => void; readonly onEmptied: (layer: string) => void },
): void => {
  for (const slice of ascending(slices)) {
    if (!isWanted(slice)) continue;
    const emptied = cut.emptiedBy(slice.groups);
    if (emptied !== null) {
      hear.onEmptied(emptied);
      continue;
    }
    cut.take(slice.groups);
    hear.onTaken?.(slice);
  }
};

/** @param most by family, or '' for all together */
const takeChannels = (
  { graph, onEmptied }: Pick<Selection, 'graph' | 'onEmptied'>,
  slices: readonly Slice[],
  most: ReadonlyMap<string, number>,
): Cut => {
  const cut = new Cut(graph);
  const left = new Map(most);
  const keyOf = ({ family }: Slice): string => (left.has('') ? '' : family);
  const leftAfter = (slice: Slice): number => (left.get(keyOf(slice)) ?? 0) - slice.size;
  const onTaken = (slice: Slice): unknown => left.set(keyOf(slice), leftAfter(slice));
  takeLowest(slices, cut, (slice) => leftAfter(slice) >= 0, { onTaken, onEmptied });
  return cut;
};

/** Parts of each layer that are tried, one after the other, until the FLOPs are few enough. */
const parts = 200;

const takeFlops = (selection: Selection, slices: readonly Slice[], most: number): Cut => {
  const { graph, scope, isAdditive = false, onEmptied } = selection;
  if (scope === 'global') {
    const cut = new Cut(graph);
    const perFlop = (slice: Slice): Slice => ({
      ...slice,
      score: (slice.score * slice.size) / cut.savedBy(slice.groups),
    });
    takeLowest(isAdditive ? slices.map(perFlop) : slices, cut, () => cut.flops > most, { onEmptied });
    return cut;
  }
  const sizes = new Map<string, number>();
  for (const { family, size } of slices) sizes.set(family, (sizes.get(family) ?? 0) + size);
  let cut = new Cut(graph);
  for (let part = 1; part <= parts && cut.flops > most; part++) {
    const each = new Map([...sizes].map(([family, size]) => [family, Math.round((part / parts) * size)]));
    cut = takeChannels({ graph, onEmptied: part === parts ? onEmptied : () => {} }, slices, each);
  }
  return cut;
};

/**
 * The groups of channels that go: of the lowest scores, of equal ones those of earlier layers and channels. At least one
 * channel of each layer stays.
 * @throws CodedError `compression/impossible` where the FLOPs can't be so few
 */
export const selectChannels = (selection: Selection, budget: Budget): ReadonlySet<number> => {
  const slices = allSlices(selection);
  if (budget.kind === 'channels') return takeChannels(selection, slices, budget.most).gone;
  const cut = takeFlops(selection, slices, budget.most);
  if (cut.flops <= budget.most) return cut.gone;
  const { network } = selection.graph;
  const [fewest, all, asked] = [cut.flops, network.flops, Math.floor(budget.most)].map((flops) =>
    flops.toLocaleString('en-US'),
  );
  const part = Math.ceil((1e4 * cut.flops) / network.flops) / 1e4;
  throw new CodedError('compression/impossible', `The network can't be pruned to ${asked} FLOPs.`, {
    where: `network '${network.network.name}'`,
    hint: `With what can go, ${fewest} of its ${all} are left, the part ${part}: take a larger part of the FLOPs.`,
  });
};
