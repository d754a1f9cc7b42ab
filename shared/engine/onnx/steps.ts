import type { Hook, TrainingSpec } from '../engine.js';
import { integer, type GraphBuilder } from './graph.js';
import type { OptimizerWriter } from './optimizers/optimizer.js';
import { CollectedGradients, SgdUpdates, type Updates } from './updates.js';

/** Whether steps are plain gradient descent, which is fused into the products that make the gradients. */
export const isFused = ({ optimizer, clipNorm, hooks = [], features = [] }: TrainingSpec): boolean =>
  optimizer.kind === 'sgd' &&
  optimizer.momentum === 0 &&
  optimizer.weightDecay === 0 &&
  clipNorm === undefined &&
  hooks.length === 0 &&
  features.length === 0;

/** Makes steps of gradients while a block is written. */
export interface StepWriter {
  /** Takes the gradients of one step. */
  begin(): Updates;
  /** Changes the parameters, after all gradients are there. */
  end(updates: Updates): void;
}

/** Steps that are done when the gradients are. */
export const fusedSteps = (
  graph: GraphBuilder,
  current: Map<string, string>,
  { network }: TrainingSpec,
): StepWriter => ({
  begin: () => new SgdUpdates(graph, current, network.layout),
  end: () => undefined,
});

/** What hooks read, in the parameters' native forms, by parameter. */
export interface HookValues {
  readonly mu: string;
  readonly center: ReadonlyMap<string, string>;
  readonly correction: ReadonlyMap<string, string>;
  readonly mask: ReadonlyMap<string, string>;
}

export interface CollectedOptions {
  readonly spec: TrainingSpec;
  readonly optimizer: OptimizerWriter;
  readonly learningRate: string;
  readonly hooks: HookValues;
  /** Values of the parameters; each step puts in new ones. */
  readonly current: Map<string, string>;
  /** The optimizer's state of each parameter; each step puts in new ones. */
  readonly slots: Map<string, readonly string[]>;
  scalars: readonly string[];
}

/** √Σ g² over all tensors. */
const normOf = (graph: GraphBuilder, gradients: Iterable<string>): string => {
  const squares = [...gradients].map((gradient) =>
    graph.op('ReduceSumSquare', [graph.reshape(gradient, -1)], { keepdims: integer(0) }),
  );
  return graph.op('Sqrt', [squares.reduce((sum, square) => graph.op('Add', [sum, square]))]);
};

/** Gradients shortened so that together they have at most the given norm. */
const clipped = (graph: GraphBuilder, gradients: ReadonlyMap<string, string>, limit: number): Map<string, string> => {
  const ratio = graph.op('Div', [graph.number(limit), normOf(graph, gradients.values())]);
  const factor = graph.op('Min', [ratio, graph.number(1)]);
  return new Map([...gradients].map(([name, gradient]) => [name, graph.op('Mul', [gradient, factor])]));
};

/**
 * Steps with an optimizer's state, clipping or hooks: the batch's gradient plus the proximal term, shortened to the
 * clipping norm, plus the correction; then the optimizer, then the mask.
 */
export class CollectedSteps implements StepWriter {
  constructor(
    private readonly graph: GraphBuilder,
    private readonly options: CollectedOptions,
  ) {}

  begin(): CollectedGradients {
    return new CollectedGradients(this.graph, this.options.spec.network.layout);
  }

  private has(hook: Hook): boolean {
    return this.options.spec.hooks?.includes(hook) ?? false;
  }

  private value(name: string): string {
    return this.options.current.get(name) ?? '';
  }

  private pulled(name: string, gradient: string): string {
    const { mu, center } = this.options.hooks;
    const distance = this.graph.op('Sub', [this.value(name), center.get(name) ?? '']);
    return this.graph.op('Add', [gradient, this.graph.op('Mul', [distance, mu])]);
  }

  end({ gradients: own }: CollectedGradients): void {
    const { graph, options } = this;
    const { spec, optimizer, hooks, current, slots, learningRate } = options;
    let gradients: ReadonlyMap<string, string> = own;
    if (this.has('proximal')) gradients = new Map([...own].map(([name, g]) => [name, this.pulled(name, g)]));
    if (spec.clipNorm !== undefined) gradients = clipped(graph, gradients, spec.clipNorm);
    options.scalars = optimizer.advance(graph, options.scalars);
    for (const [name, gradient] of gradients) {
      const whole = this.has('correction') ? graph.op('Add', [gradient, hooks.correction.get(name) ?? '']) : gradient;
      const state = { slots: slots.get(name) ?? [], scalars: options.scalars };
      const next = optimizer.step(graph, { parameter: this.value(name), gradient: whole, ...state, learningRate });
      current.set(name, next.parameter);
      slots.set(name, next.slots);
    }
    if (!this.has('mask')) return;
    for (const [name, mask] of hooks.mask) current.set(name, graph.op('Mul', [this.value(name), mask]));
  }
}
