import { leastStep, rangeSlack } from '../quantized.js';
import { integer } from './graph.js';
import type { Emission } from './layers/emitter.js';
import type { Value } from './tape.js';

/* Fake quantization of activations: values on a grid in the forward pass, gradients as if they were not (straight through). */

/**
 * Values on a grid of 2^bits levels from the batch's least to its largest value and with 0 on it. Rows that fill up a
 * batch do not count for the range.
 */
export const quantizedValue = ({ graph, tape, training }: Emission, value: Value, bits: number): Value => {
  if (training === null) return value;
  const counts = graph.op('Sign', [training.rowWeights]);
  const rank = value.shape.length;
  const mask = graph.reshape(counts, -1, ...value.shape.map(() => 1));
  // The value 0 is in every range, so rows that do not count can be 0.
  const counted = graph.op('Mul', [value.name, rank === 0 ? counts : mask]);
  const reduce = (operator: string): string => graph.op(operator, [counted], { keepdims: integer(0) });
  const least = graph.op('Min', [reduce('ReduceMin'), graph.number(0)]);
  const largest = graph.op('Max', [reduce('ReduceMax'), graph.number(0)]);
  const range = graph.op('Sub', [largest, least]);
  const levels = 2 ** bits - 1;
  const step = graph.op('Max', [graph.op('Mul', [range, graph.number(1 / levels)]), graph.number(leastStep)]);
  const lowest = graph.op('Round', [graph.op('Div', [least, step])]);
  const highest = graph.op('Add', [lowest, graph.number(levels)]);
  const steps = graph.op('Div', [value.name, step]);
  const level = graph.op('Clip', [graph.op('Round', [steps]), lowest, highest]);
  const name = graph.op('Mul', [level, step]);
  tape.record(name, (gradient) => {
    const slack = graph.number(rangeSlack);
    const isAbove = graph.op('GreaterOrEqual', [graph.op('Add', [steps, slack]), lowest]);
    const isBelow = graph.op('LessOrEqual', [graph.op('Sub', [steps, slack]), highest]);
    const isInside = graph.cast(graph.op('And', [isAbove, isBelow]), 'float32');
    tape.accumulate(value, graph.op('Mul', [gradient, isInside]));
  });
  return { ...value, name };
};
