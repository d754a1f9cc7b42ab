import type { ChannelOptions } from './channel-options.js';
import { familyOf, type Budget } from './channel-selection.js';
import type { ChannelGroup } from './channels.js';
import { cubicSparsity } from './schedule.js';

/** Part that goes where nothing is said. */
const usualSparsity = 0.5;

/** How many went so far, of how many, by family; '' for all together. */
export class Tally {
  private readonly total = new Map<string, number>();
  private readonly gone = new Map<string, number>();
  private readonly scope: 'global' | 'layer';

  constructor(groups: readonly ChannelGroup[], scope: 'global' | 'layer') {
    this.scope = scope;
    this.add(this.total, groups);
  }

  took(groups: readonly ChannelGroup[]): void {
    this.add(this.gone, groups);
  }

  /** How many more may go until a part is gone. */
  untilSparsity(sparsity: number): ReadonlyMap<string, number> {
    return new Map(
      [...this.total].map(([key, size]) => [key, Math.round(sparsity * size) - (this.gone.get(key) ?? 0)]),
    );
  }

  private add(to: Map<string, number>, groups: readonly ChannelGroup[]): void {
    for (const group of groups) {
      const key = this.scope === 'global' ? '' : familyOf(group);
      to.set(key, (to.get(key) ?? 0) + group.members.length);
    }
  }
}

/** The budget when a part of the way is done. @param flops of the network at the beginning */
export const budgetAt = ({ sparsity, flops: part }: ChannelOptions, way: number, flops: number, tally: Tally): Budget =>
  part === null
    ? { kind: 'channels', most: tally.untilSparsity(cubicSparsity(sparsity ?? usualSparsity, way)) }
    : { kind: 'flops', most: flops * (1 - cubicSparsity(1 - part, way)) };
