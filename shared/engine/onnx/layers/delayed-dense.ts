import type { PlacedLayer } from '../../../models/network.js';
import { float, integer, type GraphBuilder } from '../graph.js';
import type { Tape, Value } from '../tape.js';
import type { Updates } from '../updates.js';
import { activationOf } from './activation.js';

/**
 * A dense layer on inputs that are known some steps ahead, as those of the first layer are. With D_s the scaled
 * gradients −learningRate · d of step s, SGD makes W_t = W_0 + Σ_{s<t} x_sᵀ D_s, so
 *
 *     x_t W_t + b_t = x_t W_0 + b_0 + Σ_{s<t} (x_t x_sᵀ + 1) D_s
 *
 * (the 1 is the bias's part). One large product gives x_t W_0 for all steps of a block, another all x_t x_sᵀ, and the
 * kernel is read and written once a block: the same SGD with the sums in another order. Small batches gain most,
 * because they leave a product waiting for the kernel's memory.
 */
export class DelayedDense {
  private readonly sums: readonly string[];
  private readonly products: readonly string[];
  private readonly gradients: string[] = [];

  /**
   * @param input the rows of all steps of the block
   * @param rows of one step
   * @param parameter the value that a parameter has before the block
   */
  constructor(
    private readonly graph: GraphBuilder,
    private readonly placed: PlacedLayer<'dense'>,
    private readonly input: Value,
    private readonly rows: number,
    private readonly steps: number,
    parameter: (name: string) => string,
  ) {
    const { tensors, options } = placed;
    const { name, factor } = input;
    const bias = options.useBias ? [parameter(tensors['bias'])] : [];
    const sums = graph.op('Gemm', [name, parameter(tensors['kernel']), ...bias], { alpha: float(factor) });
    const one = graph.number(options.useBias ? 1 : 0);
    const products = graph.op('Gemm', [name, name, one], { transB: integer(1), alpha: float(factor * factor) });
    this.sums = graph.split(sums, steps);
    this.products = graph.split(products, steps);
  }

  /** The layer's output in the next step; its gradient is kept when the tape goes back. */
  step(tape: Tape): Value {
    const { graph, gradients, rows } = this;
    const { options, outputShape } = this.placed;
    const now = gradients.length;
    const activation = activationOf(options.activation);
    let sum = this.sums[now];
    if (now > 0) {
      const range = [graph.vector(0), graph.vector(now * rows), graph.vector(1)];
      sum = graph.op('Gemm', [graph.op('Slice', [this.products[now], ...range]), graph.concat(gradients), sum]);
    }
    const before = sum;
    const name = activation.forward(graph, before, -1);
    tape.record(name, (gradient) => gradients.push(activation.backward(graph, gradient, name, before, -1)));
    return { name, shape: outputShape, arrangement: 'channelsLast', factor: 1, needsGradient: true };
  }

  /** Changes the parameters by all steps of the block. */
  finish(updates: Updates): void {
    const { tensors, options } = this.placed;
    const gradients = this.graph.concat(this.gradients);
    updates.product(tensors['kernel'], this.input.name, gradients, this.input.factor);
    if (options.useBias) updates.rowSum(tensors['bias'], gradients, this.rows * this.steps);
  }
}
