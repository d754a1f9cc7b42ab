import type { Layout } from '../../params/layout.js';
import { isTrained } from '../tensors.js';
import { float, integer, type GraphBuilder } from './graph.js';

/**
 * Takes the gradients of parameters. A gradient arrives in the form in which the layer has it, so that an update can be
 * fused into the product that makes the gradient.
 */
export interface Updates {
  /** The parameter's gradient is factor · leftᵀ · right, with left [rows, in] and right [rows, out]. */
  product(parameter: string, left: string, right: string, factor: number): void;
  /** The parameter's gradient, of shape [1, n], is the sum of the rows [count, n]. */
  rowSum(parameter: string, rows: string, count: number): void;
  /** The parameter's whole gradient, in the parameter's native form. */
  whole(parameter: string, gradient: string): void;
}

/** Names of the tensors that an optimizer changes. */
export const trainedNames = ({ tensors }: Pick<Layout, 'tensors'>): ReadonlySet<string> =>
  new Set(tensors.filter(isTrained).map(({ name }) => name));

/**
 * θ ← θ − learningRate · gradient in the node that makes the gradient. The gradients that come in already carry
 * −learningRate: the rows' weights are multiplied by it once for all steps.
 */
export class SgdUpdates implements Updates {
  private readonly trained: ReadonlySet<string>;

  constructor(
    private readonly graph: GraphBuilder,
    /** Names of the parameters' values; each update puts in a new one. */
    private readonly current: Map<string, string>,
    layout: Pick<Layout, 'tensors'>,
  ) {
    this.trained = trainedNames(layout);
  }

  private replace(parameter: string, update: (before: string) => string): void {
    const before = this.current.get(parameter);
    if (before !== undefined && this.trained.has(parameter)) this.current.set(parameter, update(before));
  }

  product(parameter: string, left: string, right: string, factor: number): void {
    const attributes = { transA: integer(1), alpha: float(factor) };
    this.replace(parameter, (before) => this.graph.op('Gemm', [left, right, before], attributes));
  }

  rowSum(parameter: string, rows: string, count: number): void {
    this.replace(parameter, (before) => this.graph.op('Gemm', [this.graph.ones(1, count), rows, before]));
  }

  whole(parameter: string, gradient: string): void {
    this.replace(parameter, (before) => this.graph.op('Add', [before, gradient]));
  }
}

/** Keeps the gradients as tensors, for what has to see them all before a step. */
export class CollectedGradients implements Updates {
  /** By parameter, in their native forms. */
  readonly gradients = new Map<string, string>();
  private readonly trained: ReadonlySet<string>;

  constructor(
    private readonly graph: GraphBuilder,
    layout: Pick<Layout, 'tensors'>,
  ) {
    this.trained = trainedNames(layout);
  }

  product(parameter: string, left: string, right: string, factor: number): void {
    if (!this.trained.has(parameter)) return;
    this.whole(parameter, this.graph.op('Gemm', [left, right], { transA: integer(1), alpha: float(factor) }));
  }

  rowSum(parameter: string, rows: string, count: number): void {
    if (!this.trained.has(parameter)) return;
    this.whole(parameter, this.graph.sumOfRows(rows, count));
  }

  whole(parameter: string, gradient: string): void {
    if (!this.trained.has(parameter)) return;
    const sofar = this.gradients.get(parameter);
    this.gradients.set(parameter, sofar === undefined ? gradient : this.graph.op('Add', [sofar, gradient]));
  }
}
