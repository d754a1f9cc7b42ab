import type { PlacedTensor } from '../../../params/layout.js';
import type { GraphBuilder } from '../graph.js';
import { CollectedGradients, type Updates } from '../updates.js';
import type { SeenWeight, WeightWriter } from './weight-writer.js';

/** What writers read of each tensor besides its value. */
export type WeightSources = Readonly<Record<'constant' | 'draws', ReadonlyMap<string, string>>>;

/** What the layers of one step see of the parameters, and the way back from there. */
export class SeenWeights {
  private readonly seen: Map<string, string>;
  private readonly ways = new Map<string, NonNullable<SeenWeight['backward']>[]>();

  /** @param current values of the parameters now */
  constructor(
    private readonly graph: GraphBuilder,
    writers: readonly WeightWriter[],
    current: ReadonlyMap<string, string>,
    sources: WeightSources,
  ) {
    this.seen = new Map(current);
    for (const { tensors, see } of writers) {
      for (const name of tensors) {
        const constant = sources.constant.get(name) ?? '';
        const draws = sources.draws.get(name) ?? '';
        const parameter = (other: string): string => this.parameter(other);
        const { value, backward } = see(graph, { name, value: parameter(name), constant, draws, parameter });
        this.seen.set(name, value);
        if (backward !== null) this.ways.set(name, [backward, ...(this.ways.get(name) ?? [])]);
      }
    }
  }

  parameter(name: string): string {
    return this.seen.get(name) ?? '';
  }

  /**
   * Lets the gradients at what is seen go on to the parameters.
   * @param take gets the gradients; `emit` gives it those of one step
   */
  through(take: Updates, tensors: readonly PlacedTensor[], emit: (updates: Updates) => void): void {
    if (this.ways.size === 0) return emit(take);
    const own = new CollectedGradients(this.graph, { tensors: tensors.filter(({ name }) => this.ways.has(name)) });
    const of = (name: string): Updates => (this.ways.has(name) ? own : take);
    emit({
      product: (name, left, right, factor) => of(name).product(name, left, right, factor),
      rowSum: (name, rows, count) => of(name).rowSum(name, rows, count),
      whole: (name, gradient) => of(name).whole(name, gradient),
    });
    for (const [name, gradient] of own.gradients) {
      const ways = this.ways.get(name) ?? [];
      take.whole(
        name,
        ways.reduce((at, way) => way(at, (other, own) => take.whole(other, own)), gradient),
      );
    }
  }
}
