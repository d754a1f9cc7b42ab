import type { Activation } from '../../../shared/models/layers/options.js';
import type { ReferenceLayer, Rows } from './layer.js';

/** erf x = 2/√π · e^(−x²) · Σ 2ⁿ x^(2n+1) / (2n+1)!!, all terms of one sign (Abramowitz and Stegun, 7.1.6). */
export const erf = (x: number): number => {
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
};

export const softmax = (values: readonly number[]): number[] => {
  const largest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
};

const relu6 = (x: number): number => Math.min(Math.max(x, 0), 6);

const functions: Readonly<Record<Exclude<Activation, 'softmax'>, (x: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  relu6,
  hardSwish: (x) => (x * relu6(x + 3)) / 6,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  gelu: (x) => (x * (1 + erf(x / Math.SQRT2))) / 2,
};

/** @param extent of the last axis, over which softmax goes */
export const activate = (name: Activation, rows: Rows, extent: number): Rows => {
  if (name !== 'softmax') return rows.map((row) => row.map(functions[name]));
  return rows.map((row) => {
    const result = new Float64Array(row.length);
    for (let at = 0; at < row.length; at += extent) result.set(softmax([...row.subarray(at, at + extent)]), at);
    return result;
  });
};

export const activation: ReferenceLayer<'activation'> = (_run, { options, outputShape }, [rows]) =>
  activate(options.activation, rows, outputShape[outputShape.length - 1]);
