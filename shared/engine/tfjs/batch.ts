import type { Tensor } from '@tensorflow/tfjs';
import type { Examples } from '../../data/dataset.js';
import { sizeOf } from '../../params/layout.js';
import { checkExamples, largestLabel } from '../checks.js';
import type { LoadedExamples } from '../engine.js';
import type { TensorFlow } from './backend.js';

/** Examples stay in the dataset's arrays; a batch becomes tensors when it is used. */
export class TfjsExamples implements LoadedExamples {
  readonly count: number;
  readonly largestLabel: number;

  constructor(
    readonly examples: Examples,
    readonly inputShape: readonly number[],
  ) {
    checkExamples(examples, inputShape);
    this.count = examples.count;
    this.largestLabel = largestLabel(examples.labels);
  }
}

export interface Batch {
  /** [rows, ...input shape], scaled. */
  readonly input: Tensor;
  /** One-hot [rows, classes]. */
  readonly targets: Tensor;
}

/** Tensors of the examples with the given indices; the caller disposes them. */
export const makeBatch = (
  tf: TensorFlow,
  { examples, inputShape }: TfjsExamples,
  indices: Int32Array,
  scale: number,
  classes: number,
): Batch => {
  const size = sizeOf(inputShape);
  const input = new Float32Array(indices.length * size);
  const targets = new Float32Array(indices.length * classes);
  for (const [row, index] of indices.entries()) {
    for (let i = 0; i < size; i++) input[row * size + i] = examples.inputs[index * size + i] * scale;
    targets[row * classes + examples.labels[index]] = 1;
  }
  return {
    input: tf.tensor(input, [indices.length, ...inputShape], 'float32'),
    targets: tf.tensor2d(targets, [indices.length, classes], 'float32'),
  };
};
