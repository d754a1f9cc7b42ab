import type { Optimizer } from '../../../shared/engine/engine.js';

/** Makes a step of a gradient; keeps its state from step to step. @returns the new parameters */
export type Step = (parameters: Float64Array, gradient: Float64Array, learningRate: number) => Float64Array;

const withDecay = (gradient: Float64Array, parameters: Float64Array, decay: number): Float64Array =>
  gradient.map((g, i) => g + decay * parameters[i]);

const momentumStep = ({ momentum, nesterov, weightDecay }: Optimizer & { kind: 'sgd' }, size: number): Step => {
  let velocity = new Float64Array(size);
  return (parameters, gradient, learningRate) => {
    const g = withDecay(gradient, parameters, weightDecay);
    velocity = velocity.map((v, i) => momentum * v + g[i]);
    const direction = nesterov ? velocity.map((v, i) => g[i] + momentum * v) : velocity;
    return parameters.map((value, i) => value - learningRate * direction[i]);
  };
};

const adamStep = (optimizer: Optimizer & { kind: 'adam' | 'adamw' }, size: number): Step => {
  const { kind, beta1, beta2, epsilon, weightDecay } = optimizer;
  let [first, second] = [new Float64Array(size), new Float64Array(size)];
  let count = 0;
  return (parameters, gradient, learningRate) => {
    count++;
    const g = kind === 'adam' ? withDecay(gradient, parameters, weightDecay) : gradient;
    first = first.map((m, i) => beta1 * m + (1 - beta1) * g[i]);
    second = second.map((v, i) => beta2 * v + (1 - beta2) * g[i] ** 2);
    return parameters.map((value, i) => {
      const [mean, square] = [first[i] / (1 - beta1 ** count), second[i] / (1 - beta2 ** count)];
      const decayed = kind === 'adamw' ? value - learningRate * weightDecay * value : value;
      return decayed - (learningRate * mean) / (Math.sqrt(square) + epsilon);
    });
  };
};

export const makeStep = (optimizer: Optimizer, size: number): Step =>
  optimizer.kind === 'sgd' ? momentumStep(optimizer, size) : adamStep(optimizer, size);
