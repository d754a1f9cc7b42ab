import type { Examples } from '../../../shared/data/dataset.js';
import { dropoutMask } from '../../../shared/engine/dropout.js';
import { crossEntropy as plainLoss, type TrainingSpec, type TrainingTask } from '../../../shared/engine/engine.js';
import { sizeOf, type Role } from '../../../shared/params/layout.js';
import { targetSizes } from '../../../shared/engine/features.js';
import { featureLoss } from './features.js';
import type { ReferenceTraining, Rows } from './layer.js';
import { rowLoss } from './losses.js';
import { Masker } from './mask.js';
import { forward, untouchedBy, type Forward, type ForwardMode } from './network.js';
import { makeStep } from './optimizers.js';
import { Quantizer } from './quantization.js';

/** Examples as the network sees them. */
export const scaledRows = ({ count, inputs }: Examples, indices: ArrayLike<number>, scale: number): Rows => {
  const size = inputs.length / count;
  return Array.from(indices, (index) =>
    Float64Array.from(inputs.subarray(index * size, (index + 1) * size), (v) => v * scale),
  );
};

/** One batch without the rows of weight 0. */
interface Batch {
  readonly input: Rows;
  readonly labels: readonly number[];
  readonly teachers: readonly number[][];
  /** Targets of each feature loss, by row. */
  readonly features: readonly (readonly Float32Array[])[];
  readonly training: Omit<ReferenceTraining, 'setBuffer'>;
}

const batchOf = (spec: TrainingSpec, examples: Examples, task: TrainingTask, step: number): Batch => {
  const { batchSize, scale, network } = spec;
  const rows = Array.from({ length: batchSize }, (_, row) => row).filter(
    (row) => task.weights[step * batchSize + row] !== 0,
  );
  const indices = rows.map((row) => task.indices[step * batchSize + row]);
  const { classes } = network.network;
  const keep = (name: string): Uint8Array[] => {
    const layer = network.layers.find((placed) => placed.name === name);
    if (layer?.kind !== 'dropout') throw new Error(`no dropout layer ${name}`);
    const size = sizeOf(layer.outputShape);
    const mask = new Uint8Array(batchSize * size);
    dropoutMask({ seed: task.seed ?? 0, layer: name, step, rate: layer.options.rate }, mask);
    return rows.map((row) => mask.subarray(row * size, (row + 1) * size));
  };
  return {
    input: scaledRows(examples, indices, scale),
    labels: indices.map((index) => examples.labels[index]),
    teachers: rows.map((row) => {
      const start = (step * batchSize + row) * classes;
      return [...(task.teacher?.subarray(start, start + classes) ?? [])];
    }),
    features: targetSizes(spec).map((size, i) =>
      rows.map((row) => {
        const start = (step * batchSize + row) * size;
        return (task.features?.[i] ?? new Float32Array()).subarray(start, start + size);
      }),
    ),
    training: { weights: rows.map((row) => task.weights[step * batchSize + row]), keep },
  };
};

interface Evaluated extends Forward {
  readonly loss: number;
}

const evaluate = (
  spec: TrainingSpec,
  parameters: Float64Array,
  batch: Batch,
  mode: Omit<ForwardMode, 'training'>,
): Evaluated => {
  const { input, labels, teachers, training } = batch;
  const result = forward(spec.network, parameters, input, { ...mode, training });
  const losses = result.logits.map((logits, i) => rowLoss(spec.loss ?? plainLoss, [...logits], labels[i], teachers[i]));
  const own = losses.reduce((sum, loss, i) => sum + training.weights[i] * loss, 0);
  const compared = (spec.features ?? []).map((feature, i) =>
    featureLoss(feature, result.values.get(feature.layer) ?? [], batch.features[i]),
  );
  return { ...result, loss: compared.reduce((sum, loss) => sum + loss, own) };
};

/** Half the distance of the two points of a central difference: the error is about 1e-10. */
const h = 1e-5;

const isTrained = (role: Role): boolean => role === 'weight' || role === 'local' || role === 'step';

/** Which floats the optimizer changes. */
const trainedFloats = ({ network }: TrainingSpec): Uint8Array => {
  const trained = new Uint8Array(network.layout.floats);
  for (const { role, offset, size } of network.layout.tensors) {
    if (isTrained(role)) trained.fill(1, offset, offset + size);
  }
  return trained;
};

/** @param base what the parameters give; the layers that a tensor does not reach are not run again */
const gradientOf = (
  spec: TrainingSpec,
  parameters: Float64Array,
  batch: Batch,
  base: Forward,
  mode: Pick<ForwardMode, 'masker' | 'quantizer'>,
): Float64Array => {
  const gradient = new Float64Array(parameters.length);
  const moved = parameters.slice();
  for (const { name, role, offset, size } of spec.network.layout.tensors) {
    if (!isTrained(role)) continue;
    const known = new Map(untouchedBy(spec.network, name).map((layer) => [layer, base.values.get(layer) ?? []]));
    const lossAt = (i: number, value: number): number => {
      moved[i] = value;
      const { loss } = evaluate(spec, moved, batch, { known, ...mode });
      moved[i] = parameters[i];
      return loss;
    };
    for (let i = offset; i < offset + size; i++) {
      gradient[i] = (lossAt(i, parameters[i] + h) - lossAt(i, parameters[i] - h)) / (2 * h);
    }
  }
  return gradient;
};

/** What the hooks and the clipping make of a batch's gradient. */
const corrected = (
  spec: TrainingSpec,
  task: TrainingTask,
  parameters: Float64Array,
  own: Float64Array,
): Float64Array => {
  const { hooks = [], clipNorm = Number.POSITIVE_INFINITY } = spec;
  const trained = trainedFloats(spec);
  const { proximal, correction } = task;
  const pull = hooks.includes('proximal') ? proximal : undefined;
  const pulled = own.map((g, i) =>
    pull === undefined ? g : g + pull.mu * (parameters[i] - pull.center[i]) * trained[i],
  );
  const norm = Math.hypot(...pulled);
  const clipped = norm > clipNorm ? pulled.map((g) => (g * clipNorm) / norm) : pulled;
  return hooks.includes('correction')
    ? clipped.map((g, i) => g + (correction?.[i] ?? Number.NaN) * trained[i])
    : clipped;
};

export interface ReferenceResult {
  readonly parameters: Float64Array;
  /** Those after each step. */
  readonly path: readonly Float64Array[];
  /** The batches' losses before each step, and their mean. */
  readonly losses: readonly number[];
  readonly loss: number;
  /** How near, in steps or probability, any value came to one that is rounded or masked another way. */
  readonly margin: number;
}

/** A whole local training in float64, its gradients by central differences. */
export const referenceTraining = (spec: TrainingSpec, examples: Examples, task: TrainingTask): ReferenceResult => {
  const { layout } = spec.network;
  const trained = trainedFloats(spec);
  const step = makeStep(spec.optimizer, layout.floats);
  let parameters = Float64Array.from(task.parameters);
  const path: Float64Array[] = [];
  const losses: number[] = [];
  let margin = Number.POSITIVE_INFINITY;
  for (let at = 0; at < task.steps; at++) {
    const batch = batchOf(spec, examples, task, at);
    const { fakeQuantization, weightTransform } = spec;
    const mode = {
      ...(weightTransform && { masker: new Masker(spec, weightTransform, task.seed ?? 0, at) }),
      ...(fakeQuantization && { quantizer: new Quantizer(fakeQuantization) }),
    };
    const base = evaluate(spec, parameters, batch, mode);
    margin = Math.min(margin, mode.masker?.margin ?? margin, mode.quantizer?.margin ?? margin);
    losses.push(base.loss);
    const own = gradientOf(spec, parameters, batch, base, mode);
    const stepped = step(parameters, corrected(spec, task, parameters, own), task.learningRate);
    parameters = parameters.map((before, i) => (trained[i] === 1 ? stepped[i] : before));
    for (const { name, offset } of layout.tensors) {
      const moved = base.buffers.get(name);
      if (moved !== undefined) parameters.set(moved, offset);
    }
    const { mask } = task;
    if (spec.hooks?.includes('mask') && mask !== undefined) parameters = parameters.map((value, i) => value * mask[i]);
    path.push(parameters);
  }
  const loss = losses.length === 0 ? 0 : losses.reduce((sum, one) => sum + one, 0) / losses.length;
  return { parameters, path, losses, loss, margin };
};
