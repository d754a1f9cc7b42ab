import type { Layout } from '../../params/layout.js';
import { isTrained } from '../tensors.js';
import { float, integer, type GraphBuilder } from './graph.js';

/**
 * Turns gradients into new parameters. A gradient arrives in the form in which the layer has it, so that an optimizer
 * can fuse its update into the product that makes the gradient.
 */
export interface Updates {
  /** The parameter's gradient is factor · leftᵀ · right, with left [rows, in] and right [rows, out]. */
  product(parameter: string, left: string, right: string, factor: number): void;
  /** The parameter's gradient, of shape [1, n], is the sum of the rows [count, n]. */
  rowSum(parameter: string, rows: string, count: number): void;
  /** The parameter's whole gradient, in the parameter's native form. */
  whole(parameter: string, gradient: string): void;
}

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
    { tensors }: Pick<Layout, 'tensors'>,
  ) {
    this.trained = new Set(tensors.filter(isTrained).map(({ name }) => name));
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
    const ones = this.graph.floats(
      [1, count],
      Array.from({ length: count }, () => 1),
    );
    this.replace(parameter, (before) => this.graph.op('Gemm', [ones, rows, before]));
  }

  whole(parameter: string, gradient: string): void {
    this.replace(parameter, (before) => this.graph.op('Add', [before, gradient]));
  }
}
