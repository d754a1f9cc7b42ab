import { float, integer, type GraphBuilder } from './graph.js';

/**
 * Turns gradients into new parameters. A gradient arrives in the form in which the layer has it, so that an optimizer
 * can fuse its update into the product that makes the gradient.
 */
export interface Updates {
  /** The parameter's gradient is factor · leftᵀ · right, with left [rows, in] and right [rows, out]. */
  product(parameter: string, left: string, right: string, factor: number): void;
  /** The parameter's gradient is the sum of the rows. */
  rowSum(parameter: string, rows: string, count: number): void;
}

/**
 * θ ← θ − learningRate · gradient in the node that makes the gradient. The gradients that come in already carry
 * −learningRate: the rows' weights are multiplied by it once for all steps.
 */
export class SgdUpdates implements Updates {
  constructor(
    private readonly graph: GraphBuilder,
    /** Names of the parameters' values; each update puts in a new one. */
    private readonly current: Map<string, string>,
  ) {}

  private replace(parameter: string, left: string, right: string, transposed: number, factor: number): void {
    const before = this.current.get(parameter);
    if (before === undefined) return;
    const attributes = { transA: integer(transposed), alpha: float(factor) };
    this.current.set(parameter, this.graph.op('Gemm', [left, right, before], attributes));
  }

  product(parameter: string, left: string, right: string, factor: number): void {
    this.replace(parameter, left, right, 1, factor);
  }

  rowSum(parameter: string, rows: string, count: number): void {
    const ones = this.graph.floats(
      [1, count],
      Array.from({ length: count }, () => 1),
    );
    this.replace(parameter, ones, rows, 0, 1);
  }
}
