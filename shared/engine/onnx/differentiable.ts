import { sizeOf } from '../../params/layout.js';
import { integer, type GraphBuilder } from './graph.js';
import { activationOf } from './layers/activation.js';
import type { Emission } from './layers/emitter.js';
import type { Tape, Value } from './tape.js';

/** A tensor within a layer that gradients go through. */
export interface Term {
  readonly name: string;
  /** All extents; the first is −1 where any number of rows may come. */
  readonly shape: readonly number[];
  readonly needsGradient: boolean;
}

/** The shape of a sum or product of two tensors: extents of 1 are stretched, missing ones in front are 1. */
export const broadcastShape = (a: readonly number[], b: readonly number[]): number[] => {
  const rank = Math.max(a.length, b.length);
  const extent = (shape: readonly number[], axis: number): number => shape[axis - rank + shape.length] ?? 1;
  return Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [extent(a, axis), extent(b, axis)];
    if (left !== right && left !== 1 && right !== 1) throw new Error(`[${a.join()}] and [${b.join()}] do not fit`);
    return left === 1 ? right : left;
  });
};

/** A shape that counts rows, where their number may be unknown. */
export const withRows = (rows: number, factor: number): number => (rows < 0 ? -1 : rows * factor);

const tensorShape = (rows: number, { shape, arrangement }: Value): readonly number[] =>
  arrangement === 'channelsLast' ? [rows, ...shape] : [rows, shape[2], shape[0], shape[1]];

const isSame = (a: readonly number[], b: readonly number[]): boolean => a.join() === b.join();

/**
 * Operations that record how a gradient goes back through them: what is composed of them has its gradient from them.
 * A gradient is emitted only for terms that need one.
 */
export class Differentiable {
  private readonly graph: GraphBuilder;
  private readonly tape: Tape;
  private readonly rows: number;

  constructor({ graph, tape, rows }: Emission) {
    this.graph = graph;
    this.tape = tape;
    this.rows = rows;
  }

  /** A layer's input, as its tensor lies in memory. */
  of(value: Value): Term {
    return { name: value.name, shape: tensorShape(this.rows, value), needsGradient: value.needsGradient };
  }

  /** The layer's output. @param like of its shape and arrangement */
  toValue(term: Term, like: Value): Value {
    const { name, needsGradient } = this.reshape(term, ...tensorShape(this.rows, like));
    return { ...like, name, needsGradient };
  }

  /** A parameter, whose gradient is an update. To be taken once in a layer. @param tensor its name in the layout */
  parameter(name: string, tensor: string, shape: readonly number[]): Term {
    this.tape.record(name, (gradient, updates) => updates.whole(tensor, gradient));
    return { name, shape, needsGradient: true };
  }

  /** A tensor that no gradient goes to. */
  constant(name: string, shape: readonly number[]): Term {
    return { name, shape, needsGradient: false };
  }

  /** @param backward gradients at the inputs from that at the result, in order; each is asked for only if needed */
  private derived(
    name: string,
    shape: readonly number[],
    inputs: readonly Term[],
    backward: readonly ((gradient: string) => string)[],
  ): Term {
    const needsGradient = inputs.some((input) => input.needsGradient);
    if (needsGradient) {
      this.tape.record(name, (gradient) => {
        for (const [i, input] of inputs.entries()) {
          if (input.needsGradient) this.tape.accumulate(input, backward[i](gradient));
        }
      });
    }
    return { name, shape, needsGradient };
  }

  /** A gradient summed over the axes along which a tensor was stretched. */
  private fitted(gradient: string, from: readonly number[], to: readonly number[]): string {
    if (isSame(from, to)) return gradient;
    const { graph } = this;
    const isStretched = from.map((size, axis) => size !== 1 && (to[axis - from.length + to.length] ?? 1) === 1);
    const kept = isStretched.findIndex((stretched, axis) => !stretched && from[axis] !== 1);
    const leading = kept === -1 ? from.length : kept;
    const [count, rest] = [sizeOf(from.slice(0, leading)), from.slice(leading)];
    let [sum, shape] = [gradient, from];
    // The axes in front are summed by a product with ones: quicker than ReduceSum.
    if (count > 1) {
      const matrix = [count, sizeOf(rest)];
      const rows = isSame(from, matrix) ? sum : graph.reshape(sum, ...matrix);
      [sum, shape] = [graph.sumOfRows(rows, count), [1, sizeOf(rest)]];
    }
    const inner = rest.map((_, axis) => axis).filter((axis) => isStretched[axis + leading]);
    if (inner.length > 0) {
      const split = isSame(shape, rest) ? sum : graph.reshape(sum, ...rest);
      sum = graph.op('ReduceSum', [split, graph.vector(...inner)], { keepdims: integer(1) });
      shape = rest.map((size, axis) => (inner.includes(axis) ? 1 : size));
    }
    return isSame(shape, to) ? sum : graph.reshape(sum, ...to);
  }

  add(a: Term, b: Term): Term {
    const shape = broadcastShape(a.shape, b.shape);
    return this.derived(
      this.graph.op('Add', [a.name, b.name]),
      shape,
      [a, b],
      [(gradient) => this.fitted(gradient, shape, a.shape), (gradient) => this.fitted(gradient, shape, b.shape)],
    );
  }

  subtract(a: Term, b: Term): Term {
    const { graph } = this;
    const shape = broadcastShape(a.shape, b.shape);
    return this.derived(
      graph.op('Sub', [a.name, b.name]),
      shape,
      [a, b],
      [
        (gradient) => this.fitted(gradient, shape, a.shape),
        (gradient) => graph.op('Neg', [this.fitted(gradient, shape, b.shape)]),
      ],
    );
  }

  multiply(a: Term, b: Term): Term {
    const { graph } = this;
    const shape = broadcastShape(a.shape, b.shape);
    return this.derived(
      graph.op('Mul', [a.name, b.name]),
      shape,
      [a, b],
      [
        (gradient) => this.fitted(graph.op('Mul', [gradient, b.name]), shape, a.shape),
        (gradient) => this.fitted(graph.op('Mul', [gradient, a.name]), shape, b.shape),
      ],
    );
  }

  /** A term times a number. */
  times(a: Term, factor: number): Term {
    const { graph } = this;
    const by = (value: string): string => graph.op('Mul', [value, graph.number(factor)]);
    return this.derived(by(a.name), a.shape, [a], [by]);
  }

  square(a: Term): Term {
    const { graph } = this;
    return this.derived(
      graph.op('Mul', [a.name, a.name]),
      a.shape,
      [a],
      [(gradient) => graph.op('Mul', [a.name, graph.op('Mul', [gradient, graph.number(2)])])],
    );
  }

  /** 1 / √(a + ε) */
  inverseRoot(a: Term, epsilon: number): Term {
    const { graph } = this;
    const root = graph.op('Sqrt', [graph.op('Add', [a.name, graph.number(epsilon)])]);
    const name = graph.op('Div', [graph.number(1), root]);
    return this.derived(
      name,
      a.shape,
      [a],
      [
        (gradient) => {
          const cube = graph.op('Mul', [name, graph.op('Mul', [name, name])]);
          return graph.op('Mul', [gradient, graph.op('Mul', [cube, graph.number(-0.5)])]);
        },
      ],
    );
  }

  reshape(a: Term, ...shape: readonly number[]): Term {
    if (isSame(a.shape, shape)) return a;
    const { graph } = this;
    return this.derived(
      graph.reshape(a.name, ...shape),
      shape,
      [a],
      [(gradient) => graph.reshape(gradient, ...a.shape)],
    );
  }

  /** @param order which axis of `a` comes where */
  transpose(a: Term, ...order: readonly number[]): Term {
    const turned = (value: string, perm: readonly number[]): string => this.graph.transpose(value, ...perm);
    const shape = order.map((axis) => a.shape[axis]);
    return this.derived(
      turned(a.name, order),
      shape,
      [a],
      [
        (gradient) =>
          turned(
            gradient,
            order.map((_, axis) => order.indexOf(axis)),
          ),
      ],
    );
  }

  /** Products of the matrices in the last two axes; the axes before are broadcast. */
  matMul(a: Term, b: Term): Term {
    const { graph } = this;
    const front = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const rank = front.length + 2;
    const [inner, outer] = [a.shape.at(-1) ?? 1, b.shape.at(-1) ?? 1];
    const shape = [...front, a.shape.at(-2) ?? 1, outer];
    const turned = (name: string, { length }: readonly number[]): string => {
      const axes = Array.from({ length }, (_, axis) => axis);
      const perm = [...axes.slice(0, -2), length - 1, length - 2];
      return graph.transpose(name, ...perm);
    };
    const product = (left: string, right: string): string => graph.op('MatMul', [left, right]);
    return this.derived(
      product(a.name, b.name),
      shape,
      [a, b],
      [
        (gradient) =>
          this.fitted(product(gradient, turned(b.name, b.shape)), [...shape.slice(0, rank - 1), inner], a.shape),
        (gradient) => this.fitted(product(turned(a.name, a.shape), gradient), [...front, inner, outer], b.shape),
      ],
    );
  }

  /** Over axes that stay as extents of 1. */
  mean(a: Term, ...axes: readonly number[]): Term {
    const { graph } = this;
    const shape = a.shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
    const count = sizeOf(axes.map((axis) => a.shape[axis]));
    const name = graph.op('ReduceMean', [a.name, graph.vector(...axes)], { keepdims: integer(1) });
    return this.derived(
      name,
      shape,
      [a],
      [
        (gradient) => {
          const each = graph.op('Mul', [gradient, graph.number(1 / count)]);
          return graph.op('Expand', [each, graph.vector(...a.shape)]);
        },
      ],
    );
  }

  /**
   * x W + b on x [rows, in] and W [in, out]: kernel and bias are parameters, whose updates are fused into the products
   * that make their gradients. @param tensors their names in the layout
   */
  linear(x: Term, [kernel, bias]: readonly [string, string], tensors: readonly [string, string], units: number): Term {
    const { graph, tape } = this;
    const [rows] = x.shape;
    const name = graph.op('Gemm', [x.name, kernel, bias]);
    tape.record(name, (gradient, updates) => {
      updates.product(tensors[0], x.name, gradient, 1);
      updates.rowSum(tensors[1], gradient, rows);
      if (x.needsGradient) tape.accumulate(x, graph.op('Gemm', [gradient, kernel], { transB: integer(1) }));
    });
    return { name, shape: [rows, units], needsGradient: true };
  }

  /** Of the last axis. */
  softmax(a: Term): Term {
    const { graph } = this;
    const { forward, backward } = activationOf('softmax');
    const name = forward(graph, a.name, -1);
    return this.derived(name, a.shape, [a], [(gradient) => backward(graph, gradient, name, a.name, -1)]);
  }
}
