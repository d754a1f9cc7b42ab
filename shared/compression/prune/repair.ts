import { tensorFloats } from '../../params/parameters.js';
import type { CompressedModel } from '../model.js';
import type { Workbench } from '../workbench.js';
import type { ChannelCut } from './channel-step.js';
import { consumersOf, kernelOf, outputsOf, type Consumer } from './consumers.js';
import { ridgeRegression } from './least-squares.js';
import { sampledInputs, sampleRows } from './sampled-inputs.js';

interface Sizes {
  readonly rows: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** Part of the inputs' mean square that is added against what few samples say by chance. */
const ridge = 1e-3;

/** What to add to a kernel, and to the bias as its last row where there is one, [inputs (+ 1), outputs]. */
const correction = (x: Float64Array, missing: Float64Array, { rows, inputs, outputs }: Sizes, useBias: boolean) => {
  if (!useBias) return ridgeRegression(x, missing, { rows, columns: inputs, outputs }, ridge);
  const columns = inputs + 1;
  const withOne = new Float64Array(rows * columns).fill(1);
  for (let row = 0; row < rows; row++) withOne.set(x.subarray(row * inputs, (row + 1) * inputs), row * columns);
  return ridgeRegression(withOne, missing, { rows, columns, outputs }, ridge);
};

/** x · kernel, [rows, outputs]. */
const products = (x: Float64Array, kernel: Float32Array, rows: number): Float64Array => {
  const inputs = x.length / rows;
  const outputs = kernel.length / inputs;
  const out = new Float64Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    for (let input = 0; input < inputs; input++) {
      const value = x[row * inputs + input];
      if (value === 0) continue;
      for (let o = 0; o < outputs; o++) out[row * outputs + o] += value * kernel[input * outputs + o];
    }
  }
  return out;
};

/** Some columns of a matrix. */
const columnsOf = (matrix: Float64Array, width: number, columns: readonly number[]): Float64Array =>
  Float64Array.from(
    { length: (matrix.length / width) * columns.length },
    (_, i) => matrix[Math.floor(i / columns.length) * width + columns[i % columns.length]],
  );

/** The model with numbers added to a tensor; what is pruned stays 0. */
const withAdded = (model: CompressedModel, name: string, change: Float64Array): CompressedModel => {
  const { layout } = model.network;
  const floats = model.parameters.floats.slice();
  const numbers = tensorFloats(layout, floats, name);
  const living = model.mask === null ? null : tensorFloats(layout, model.mask, name);
  for (let i = 0; i < numbers.length; i++) if (living?.[i] !== 0) numbers[i] += change[i];
  return { ...model, parameters: { ...model.parameters, floats } };
};

/** @param now the layer `old` in the smaller network */
const repairLayer = async (
  { model, graph, gone }: ChannelCut,
  smaller: CompressedModel,
  [old, now]: readonly [old: Consumer, now: Consumer],
  { bench, samples }: { readonly bench: Workbench; readonly samples: number },
): Promise<CompressedModel> => {
  const sampling = sampleRows(now, samples, bench.pool, bench.random(`repair/${now.name}`));
  const { rows } = sampling;
  const before = products(await sampledInputs(old, sampling, model, bench), kernelOf(model, old), rows);
  const x = await sampledInputs(now, sampling, smaller, bench);
  const places = graph.places.get(old.name) ?? new Int32Array();
  const stay = [...places.keys()].filter((channel) => !gone.has(places[channel]));
  const after = products(x, kernelOf(smaller, now), rows);
  const missing = columnsOf(before, outputsOf(old), stay).map((value, i) => value - after[i]);
  const sizes = { rows, inputs: x.length / rows, outputs: outputsOf(now) };
  const change = correction(x, missing, sizes, now.options.useBias);
  const repaired = withAdded(smaller, now.tensors['kernel'], change);
  const last = change.subarray(sizes.inputs * sizes.outputs);
  return now.options.useBias ? withAdded(repaired, now.tensors['bias'], last) : repaired;
};

/**
 * What layers summed up before channels of their inputs went is rebuilt by least squares from those that are left: one layer
 * after the other, each from inputs that those before it give now (He et al., "Channel Pruning for Accelerating Very Deep
 * Neural Networks", ICCV 2017, section 3.1).
 * @param samples rows of each layer's input that are looked at
 */
export const repairBy =
  (samples: number) =>
  async (cut: ChannelCut, smaller: CompressedModel, bench: Workbench): Promise<CompressedModel> => {
    const layers = new Map(consumersOf(smaller).map((layer) => [layer.name, layer]));
    const touched = consumersOf(cut.model).filter(({ from: [input] }) =>
      (cut.graph.places.get(input) ?? new Int32Array()).some((group) => cut.gone.has(group)),
    );
    let repaired = smaller;
    for (const [i, old] of touched.entries()) {
      const now = layers.get(old.name);
      if (now !== undefined) repaired = await repairLayer(cut, repaired, [old, now], { bench, samples });
      bench.report({ phase: 'rebuild', done: (i + 1) / touched.length });
    }
    return repaired;
  };
