import { judge } from '../evaluate.js';
import type { CompressedModel } from '../model.js';
import type { Workbench } from '../workbench.js';
import { fewestBits, mostBits, type Allocated } from './allocate.js';
import { kernelGrid, withGrids, type Quantizable, type WeightOptions } from './kernels.js';

/** Mean cross-entropy, nats, of float32 inference on some training examples. */
const lossOf = async (model: CompressedModel, bench: Workbench, indices: Int32Array): Promise<number> => {
  const logits = await bench.predict(model, indices);
  const classes = logits.length / indices.length;
  let sum = 0;
  for (const [row, example] of indices.entries()) {
    const [loss] = judge(logits.subarray(row * classes, (row + 1) * classes), bench.dataset.train.labels[example]);
    sum += loss;
  }
  return sum / indices.length;
};

/** The loss with each kernel in its own number of bits. */
export const lossWithBits = (
  model: CompressedModel,
  bench: Workbench,
  indices: Int32Array,
  kernels: readonly Quantizable[],
  bits: readonly number[],
  options: Omit<WeightOptions, 'bits'>,
): Promise<number> => {
  const { floats } = model.parameters;
  const grids = new Map(
    kernels.map((kernel, i) => [kernel.tensor.name, kernelGrid(kernel, floats, { ...options, bits: bits[i] })]),
  );
  return lossOf({ ...model, parameters: withGrids(model.parameters, grids) }, bench, indices);
};

/**
 * How much the loss rises when one kernel alone has 2, 3, … 8 bits: what a greedy choice goes by. Rises below 0 are chance
 * and count as 0, and fewer bits never count as better.
 * @param cost what a bit of a kernel costs
 * @param indices training examples that are held out
 */
export const sensitivities = async (
  model: CompressedModel,
  bench: Workbench,
  kernels: readonly Quantizable[],
  options: Omit<WeightOptions, 'bits'>,
  { cost, indices }: { cost: (kernel: Quantizable) => number; indices: Int32Array },
): Promise<Allocated[]> => {
  const { floats } = model.parameters;
  const before = await lossOf(model, bench, indices);
  const found: Allocated[] = [];
  for (const [at, kernel] of kernels.entries()) {
    const { name, offset, size } = kernel.tensor;
    const rises: number[] = [];
    let sofar = 0;
    for (let bits = mostBits; bits >= fewestBits; bits--) {
      const grids = new Map([[name, kernelGrid(kernel, floats, { ...options, bits })]]);
      const parameters = withGrids(model.parameters, grids);
      sofar = Math.max(sofar, (await lossOf({ ...model, parameters }, bench, indices)) - before);
      rises.unshift(sofar);
    }
    const squares = floats.subarray(offset, offset + size).reduce((sum, weight) => sum + weight * weight, 0);
    found.push({ cost: cost(kernel), variance: squares / size, rises });
    bench.report({ phase: 'sensitivity', done: (at + 1) / kernels.length });
  }
  return found;
};
