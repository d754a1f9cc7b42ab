import type { Activation } from '../../../models/layers/options.js';
import { arranged, scaled } from '../arrange.js';
import { float, integer, type GraphBuilder } from '../graph.js';
import type { LayerEmitter } from './emitter.js';

export interface ActivationEmitter {
  /** @param axis of the channels, for softmax */
  forward(graph: GraphBuilder, input: string, axis: number): string;
  /** @param output what `forward` gave for `input`. @returns the gradient with respect to the input */
  backward(graph: GraphBuilder, gradient: string, output: string, input: string, axis: number): string;
}

/** Makes clip(steepest · x, 0, 1) a step: 1 above 0. */
export const steepest = 3e38;

/** 1 where a value ≥ 0 is above 0, else 0: a third of the time that Where takes. */
const isPositive = (graph: GraphBuilder, value: string): string =>
  graph.op('HardSigmoid', [value], { alpha: float(steepest), beta: float(0) });

/** 1 where a value lies between 0 and a limit, ends excluded. @param value from 0 to the limit */
const isInside = (graph: GraphBuilder, value: string, limit: number): string =>
  graph.op('Mul', [isPositive(graph, value), isPositive(graph, graph.op('Sub', [graph.number(limit), value]))]);

const linear: ActivationEmitter = {
  forward: (_graph, input) => input,
  backward: (_graph, gradient) => gradient,
};

const relu: ActivationEmitter = {
  forward: (graph, input) => graph.op('Relu', [input]),
  backward: (graph, gradient, output) => graph.op('Mul', [gradient, isPositive(graph, output)]),
};

const relu6: ActivationEmitter = {
  forward: (graph, input) => graph.op('Clip', [input, graph.number(0), graph.number(6)]),
  backward: (graph, gradient, output) => graph.op('Mul', [gradient, isInside(graph, output, 6)]),
};

const hardSigmoid = (graph: GraphBuilder, input: string): string =>
  graph.op('HardSigmoid', [input], { alpha: float(1 / 6), beta: float(0.5) });

/** x · relu6(x + 3) / 6 (Howard et al., "Searching for MobileNetV3", ICCV 2019). */
const hardSwish: ActivationEmitter = {
  forward: (graph, input) => graph.op('Mul', [input, hardSigmoid(graph, input)]),
  backward: (graph, gradient, _output, input) => {
    const gate = hardSigmoid(graph, input);
    const slope = graph.op('Mul', [graph.op('Mul', [input, graph.number(1 / 6)]), isInside(graph, gate, 1)]);
    return graph.op('Mul', [gradient, graph.op('Add', [gate, slope])]);
  },
};

const sigmoid: ActivationEmitter = {
  forward: (graph, input) => graph.op('Sigmoid', [input]),
  backward: (graph, gradient, output) => {
    const rest = graph.op('Sub', [graph.number(1), output]);
    return graph.op('Mul', [gradient, graph.op('Mul', [output, rest])]);
  },
};

const tanh: ActivationEmitter = {
  forward: (graph, input) => graph.op('Tanh', [input]),
  backward: (graph, gradient, output) => {
    const square = graph.op('Mul', [output, output]);
    return graph.op('Mul', [gradient, graph.op('Sub', [graph.number(1), square])]);
  },
};

/** Φ(x), the normal distribution's. */
const normal = (graph: GraphBuilder, input: string): string => {
  const error = graph.op('Erf', [graph.op('Mul', [input, graph.number(Math.SQRT1_2)])]);
  return graph.op('Mul', [graph.op('Add', [error, graph.number(1)]), graph.number(0.5)]);
};

/** x · Φ(x) (Hendrycks and Gimpel 2016), exact; its slope is Φ(x) + x · φ(x). */
const gelu: ActivationEmitter = {
  forward: (graph, input) => graph.op('Mul', [input, normal(graph, input)]),
  backward: (graph, gradient, _output, input) => {
    const exponent = graph.op('Mul', [graph.op('Mul', [input, input]), graph.number(-0.5)]);
    const density = graph.op('Mul', [graph.op('Exp', [exponent]), graph.number(1 / Math.sqrt(2 * Math.PI))]);
    const slope = graph.op('Add', [normal(graph, input), graph.op('Mul', [input, density])]);
    return graph.op('Mul', [gradient, slope]);
  },
};

const softmax: ActivationEmitter = {
  forward: (graph, input, axis) => graph.op('Softmax', [input], { axis: integer(axis) }),
  backward: (graph, gradient, output, _input, axis) => {
    const product = graph.op('Mul', [gradient, output]);
    const sum = graph.op('ReduceSum', [product, graph.vector(axis)], { keepdims: integer(1) });
    return graph.op('Mul', [output, graph.op('Sub', [gradient, sum])]);
  },
};

const activations: Readonly<Record<Activation, ActivationEmitter>> = {
  linear,
  relu,
  relu6,
  hardSwish,
  sigmoid,
  tanh,
  gelu,
  softmax,
};

export const activationOf = (name: Activation): ActivationEmitter => activations[name];

/** A layer of its own: of each value in whatever arrangement it comes, softmax of the last axis. */
export const activation: LayerEmitter<'activation'> = {
  kind: 'activation',
  emit: (emission, { options }, [given]) => {
    const { graph, tape } = emission;
    const value = scaled(emission, given);
    const input = options.activation === 'softmax' ? arranged(emission, value, 'channelsLast') : value;
    const { forward, backward } = activationOf(options.activation);
    const name = forward(graph, input.name, -1);
    if (name === input.name) return input;
    tape.record(name, (gradient) => tape.accumulate(input, backward(graph, gradient, name, input.name, -1)));
    return { ...input, name };
  },
};
