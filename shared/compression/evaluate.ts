import type { Dataset } from '../data/dataset.js';
import { exportOnnx } from '../engine/onnx/export.js';
import { ModelRunner } from '../engine/onnx/model-runner.js';
import { sizeOf } from '../params/layout.js';
import type { CompressedModel } from './model.js';
import type { Evaluation, Workbench } from './workbench.js';

/** Examples that are computed at once. */
const rows = 250;

/** What the network's input is for some examples, [indices.length, ...shape]. */
export const inputsOf = (
  { inputShape, scale, ...dataset }: Pick<Dataset, 'train' | 'test' | 'inputShape' | 'scale'>,
  split: 'train' | 'test',
  indices: Int32Array,
): Float32Array => {
  const { inputs } = dataset[split];
  const size = sizeOf(inputShape);
  const values = new Float32Array(indices.length * size);
  for (const [row, example] of indices.entries()) {
    for (let i = 0; i < size; i++) values[row * size + i] = inputs[example * size + i] * scale;
  }
  return values;
};

/** Logits' cross-entropy in nats with a label, and whether its logit is the first largest one. */
export const judge = (logits: Float32Array, label: number): [loss: number, isCorrect: boolean] => {
  let largest = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[largest]) largest = i;
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - logits[largest]);
  return [Math.log(sum) + logits[largest] - logits[label], largest === label];
};

/**
 * What a model gives for some examples when its activations are on grids: logits [count, classes], by the exported model
 * of integers in onnxruntime.
 * @throws CodedError `engine/unavailable`, `engine/failed`
 */
export const integerLogits = async (
  { network, parameters, quantization }: CompressedModel,
  { dataset }: Pick<Workbench, 'dataset'>,
  split: 'train' | 'test',
  indices: Int32Array,
): Promise<Float32Array> => {
  const { inputShape, scale, classes } = dataset;
  const runner = await ModelRunner.open(exportOnnx(network, parameters, { scale, quantization }));
  try {
    const logits = new Float32Array(indices.length * classes);
    for (let start = 0; start < indices.length; start += rows) {
      const some = indices.subarray(start, start + rows);
      logits.set(await runner.logits(inputsOf(dataset, split, some), [some.length, ...inputShape]), start * classes);
    }
    return logits;
  } finally {
    await runner.release();
  }
};

/**
 * Accuracy of a model as it is deployed: with activations on grids, that of the model of integers which is exported; else
 * that of float32 inference on its parameters.
 * @throws CodedError `engine/unavailable`, `engine/failed`
 */
export const evaluateModel = async (
  model: CompressedModel,
  bench: Workbench,
  split: 'test' | 'validation' = 'test',
): Promise<Evaluation> => {
  if (model.quantization === null || model.quantization.activations.size === 0) return bench.evaluate(model, split);
  const { dataset } = bench;
  const from = split === 'test' ? 'test' : 'train';
  const { labels, count } = dataset[from];
  const indices = split === 'test' ? Int32Array.from({ length: count }, (_, i) => i) : bench.validation;
  const logits = await integerLogits(model, bench, from, indices);
  const { classes } = dataset;
  let [correct, lossSum] = [0, 0];
  for (const [row, example] of indices.entries()) {
    const [loss, isCorrect] = judge(logits.subarray(row * classes, (row + 1) * classes), labels[example]);
    lossSum += loss;
    if (isCorrect) correct++;
  }
  return { accuracy: correct / indices.length, loss: lossSum / indices.length, samples: indices.length };
};
