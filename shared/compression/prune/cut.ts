import type { PlacedLayer } from '../../models/network.js';
import type { ChannelGraph, ChannelGroup } from './channels.js';

/** A layer whose FLOPs follow from how many channels go in and come out. */
interface CostedLayer {
  readonly flops: number;
  readonly input: string;
  /** Null where each output channel has one input channel. */
  readonly output: string | null;
}

const costed = ({ kind, flops, from, name }: PlacedLayer): CostedLayer[] => {
  if (kind === 'dense' || kind === 'conv2d') return [{ flops, input: from[0], output: name }];
  return kind === 'depthwiseConv2d' ? [{ flops, input: from[0], output: null }] : [];
};

/** What has been cut from a network so far: groups of channels, and what is left of each value and of the FLOPs. */
export class Cut {
  readonly gone = new Set<number>();
  private readonly graph: ChannelGraph;
  private readonly left: Map<string, number>;
  /** By group: how many places of each value go with it. */
  private readonly takes: ReadonlyMap<string, number>[];
  private readonly costs: readonly CostedLayer[];
  private readonly otherFlops: number;

  constructor(graph: ChannelGraph) {
    this.graph = graph;
    this.left = new Map([...graph.places].map(([name, { length }]) => [name, length]));
    const takes = graph.groups.map(() => new Map<string, number>());
    for (const [name, places] of graph.places) {
      for (const group of places) if (group >= 0) takes[group].set(name, (takes[group].get(name) ?? 0) + 1);
    }
    this.takes = takes;
    this.costs = graph.network.layers.flatMap(costed);
    this.otherFlops = graph.network.flops - this.costs.reduce((sum, { flops }) => sum + flops, 0);
  }

  /** The first layer that would have no channel left without these groups too; null: none. */
  emptiedBy(groups: readonly ChannelGroup[]): string | null {
    const goes = new Map<string, number>();
    for (const { id } of groups) {
      for (const [name, count] of this.takes[id]) goes.set(name, (goes.get(name) ?? 0) + count);
    }
    return [...goes].find(([name, count]) => count >= (this.left.get(name) ?? 0))?.[0] ?? null;
  }

  take(groups: readonly ChannelGroup[]): void {
    const fresh = groups.filter(({ id }) => !this.gone.has(id));
    for (const { id } of fresh) this.gone.add(id);
    this.change(fresh, -1);
  }

  /** FLOPs that are saved if these, of which none is gone, go too. */
  savedBy(groups: readonly ChannelGroup[]): number {
    const before = this.flops;
    this.change(groups, -1);
    const after = this.flops;
    this.change(groups, 1);
    return before - after;
  }

  /** Forward FLOPs of one example that are left. */
  get flops(): number {
    const part = (name: string): number => (this.left.get(name) ?? 0) / (this.graph.places.get(name)?.length ?? 1);
    return this.costs.reduce(
      (sum, { flops, input, output }) => sum + flops * part(input) * (output === null ? 1 : part(output)),
      this.otherFlops,
    );
  }

  private change(groups: readonly ChannelGroup[], by: 1 | -1): void {
    for (const { id } of groups) {
      for (const [name, count] of this.takes[id]) this.left.set(name, (this.left.get(name) ?? 0) + by * count);
    }
  }
}
