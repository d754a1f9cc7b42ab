import type { Activation } from '../../../models/layers/options.js';
import { float, type GraphBuilder } from '../graph.js';
import type { LayerEmitter } from './emitter.js';
import { plainInput } from '../arrange.js';

export interface ActivationEmitter {
  forward(graph: GraphBuilder, input: string): string;
  /** @param output what `forward` gave for `input`. @returns the gradient with respect to the input */
  backward(graph: GraphBuilder, gradient: string, output: string, input: string): string;
}

const linear: ActivationEmitter = {
  forward: (_graph, input) => input,
  backward: (_graph, gradient) => gradient,
};

/** 1 where a value ≥ 0 is above 0, else 0: clip(slope · y, 0, 1), a third of the time that Where takes. */
const steepest = 3e38;

const relu: ActivationEmitter = {
  forward: (graph, input) => graph.op('Relu', [input]),
  backward: (graph, gradient, output) => {
    const mask = graph.op('HardSigmoid', [output], { alpha: float(steepest), beta: float(0) });
    return graph.op('Mul', [gradient, mask]);
  },
};

export const activations: Partial<Readonly<Record<Activation, ActivationEmitter>>> & {
  readonly linear: ActivationEmitter;
} = { linear, relu };

/** @returns how an activation is computed */
export const activationOf = (name: Activation): ActivationEmitter => activations[name] ?? linear;

export const activation: LayerEmitter<'activation'> = {
  kind: 'activation',
  emit: (emission, { options }, inputs) => {
    const { graph, tape } = emission;
    const input = plainInput(emission, inputs[0]);
    const { forward, backward } = activationOf(options.activation);
    const name = forward(graph, input.name);
    if (name === input.name) return input;
    tape.record(name, (gradient) => tape.accumulate(input, backward(graph, gradient, name, input.name)));
    return { ...input, name };
  },
};
