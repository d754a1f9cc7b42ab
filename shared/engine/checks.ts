import type { Examples } from '../data/dataset.js';
import type { CompiledNetwork } from '../models/network.js';
import { CodedError } from '../util/errors.js';
import type { TrainingSpec, TrainingTask } from './engine.js';

/*
 * What every engine checks before it computes: a native kernel answers a wrong index or size with an internal message
 * or with wrong numbers.
 */

/** The largest label, so that later checks need not look at all of them; −1 without examples. */
export const largestLabel = (labels: Uint8Array): number => {
  let largest = -1;
  for (const label of labels) if (label > largest) largest = label;
  return largest;
};

/** @throws CodedError `engine/bad-label` */
export const checkLabels = (largest: number, { network }: CompiledNetwork): void => {
  if (largest >= network.classes) {
    throw new CodedError('engine/bad-label', `An example has the label ${largest}.`, {
      where: `network '${network.name}'`,
      hint: `It has ${network.classes} classes, so labels go from 0 to ${network.classes - 1}.`,
    });
  }
};

/** @throws CodedError `model/bad-shape`, `argument/invalid` */
export const checkExamples = ({ count, inputs, labels }: Examples, inputShape: readonly number[]): void => {
  const size = inputShape.reduce((product, extent) => product * extent, 1);
  if (inputs.length !== count * size) {
    throw new CodedError(
      'model/bad-shape',
      `${count} examples of [${inputShape.join(', ')}] are ${count * size} values, got ${inputs.length}.`,
    );
  }
  if (labels.length !== count) {
    throw new CodedError('argument/invalid', `${count} examples have ${labels.length} labels.`);
  }
};

/** @throws CodedError `model/bad-shape` */
export const checkInputShape = (inputShape: readonly number[], { network }: CompiledNetwork): void => {
  if (inputShape.join() !== network.input.join()) {
    throw new CodedError('model/bad-shape', `The examples have the shape [${inputShape.join(', ')}].`, {
      where: `network '${network.name}'`,
      hint: `It takes [${network.input.join(', ')}].`,
    });
  }
};

/** @throws CodedError `params/layout-mismatch` */
export const checkParameters = ({ length }: Float32Array, { layout, network }: CompiledNetwork): void => {
  if (length !== layout.floats) {
    throw new CodedError('params/layout-mismatch', `Got ${length} parameters.`, {
      where: `network '${network.name}'`,
      hint: `It has ${layout.floats}.`,
    });
  }
};

/** @throws CodedError `argument/invalid` */
export const checkIndices = (indices: Int32Array, count: number): void => {
  for (const index of indices) {
    if (index < 0 || index >= count) {
      throw new CodedError('argument/invalid', `There is no example ${index}.`, {
        hint: `The loaded examples are 0 to ${count - 1}.`,
      });
    }
  }
};

/** @throws CodedError `params/layout-mismatch`, `argument/invalid` */
export const checkTask = (task: TrainingTask, { network, batchSize }: TrainingSpec, count: number): void => {
  checkParameters(task.parameters, network);
  const rows = task.steps * batchSize;
  if (
    !Number.isSafeInteger(task.steps) ||
    task.steps < 0 ||
    task.indices.length !== rows ||
    task.weights.length !== rows
  ) {
    const sizes = `${task.indices.length} indices and ${task.weights.length} weights`;
    throw new CodedError('argument/invalid', `${task.steps} steps of ${batchSize} rows came with ${sizes}.`, {
      hint: 'There is one of each a row.',
    });
  }
  checkIndices(task.indices, count);
};

/** Any NaN or infinity makes the sum one; four sums, because one would wait for its own last addition. */
const allFinite = (values: Float32Array): boolean => {
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 4 <= values.length; i += 4) {
    a += values[i];
    b += values[i + 1];
    c += values[i + 2];
    d += values[i + 3];
  }
  for (; i < values.length; i++) a += values[i];
  return Number.isFinite(a + b + c + d);
};

/**
 * The mean of the steps' losses, 0 without steps.
 * @throws CodedError `engine/diverged` when a loss or a new parameter is NaN or infinite
 */
export const meanLoss = (losses: Float32Array, parameters: Float32Array): number => {
  const hint = 'The learning rate may be too large for this client’s data.';
  let sum = 0;
  for (const [step, loss] of losses.entries()) {
    if (!Number.isFinite(loss)) {
      throw new CodedError('engine/diverged', `The loss is ${loss} in step ${step + 1} of ${losses.length}.`, { hint });
    }
    sum += loss;
  }
  if (!allFinite(parameters)) {
    throw new CodedError('engine/diverged', `A parameter is not finite after ${losses.length} steps.`, { hint });
  }
  return losses.length === 0 ? 0 : sum / losses.length;
};
