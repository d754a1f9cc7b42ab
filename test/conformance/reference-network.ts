import type { CompiledNetwork } from '../../shared/models/network.js';

/** Plain float64 arithmetic, written for clarity: what engines are compared with. */

/** Logits of one example. @param parameters in layout order */
export const referenceLogits = (
  { layers, layout }: CompiledNetwork,
  parameters: ArrayLike<number>,
  input: readonly number[],
): number[] => {
  const offsets = new Map(layout.tensors.map(({ name, offset }) => [name, offset]));
  let values = [...input];
  for (const layer of layers) {
    if (layer.kind !== 'dense') continue;
    const [kernel, bias] = ['kernel', 'bias'].map((name) => offsets.get(layer.tensors[name]) ?? Number.NaN);
    const [units] = layer.outputShape;
    values = Array.from({ length: units }, (_, j) => {
      const sum = values.reduce((total, x, i) => total + x * parameters[kernel + i * units + j], parameters[bias + j]);
      return layer.options.activation === 'relu' ? Math.max(0, sum) : sum;
    });
  }
  return values;
};

/** −log softmax(logits)[label] */
export const referenceLoss = (logits: readonly number[], label: number): number => {
  const largest = Math.max(...logits);
  return largest + Math.log(logits.reduce((sum, z) => sum + Math.exp(z - largest), 0)) - logits[label];
};

export interface Row {
  readonly input: readonly number[];
  readonly label: number;
  readonly weight: number;
}

const batchLoss = (compiled: CompiledNetwork, parameters: ArrayLike<number>, rows: readonly Row[]): number =>
  rows.reduce(
    (sum, { input, label, weight }) =>
      sum + (weight === 0 ? 0 : weight * referenceLoss(referenceLogits(compiled, parameters, input), label)),
    0,
  );

/** The gradient of Σ weight · loss by central differences; with h = 1e-5 the error is about 1e-10. */
export const referenceGradient = (
  compiled: CompiledNetwork,
  parameters: Float64Array,
  rows: readonly Row[],
): Float64Array => {
  const h = 1e-5;
  const moved = Float64Array.from(parameters);
  return parameters.map((value, i) => {
    moved[i] = value + h;
    const above = batchLoss(compiled, moved, rows);
    moved[i] = value - h;
    const below = batchLoss(compiled, moved, rows);
    moved[i] = value;
    return (above - below) / (2 * h);
  });
};

/** SGD over batches. @returns the parameters after the last one, and the mean of the losses before each */
export const referenceTraining = (
  compiled: CompiledNetwork,
  start: ArrayLike<number>,
  batches: readonly (readonly Row[])[],
  learningRate: number,
): { parameters: Float64Array; loss: number } => {
  let parameters = Float64Array.from(start);
  let lossSum = 0;
  for (const rows of batches) {
    lossSum += batchLoss(compiled, parameters, rows);
    const gradient = referenceGradient(compiled, parameters, rows);
    parameters = parameters.map((value, i) => value - learningRate * gradient[i]);
  }
  return { parameters, loss: lossSum / batches.length };
};
