import type { Examples } from '../data/dataset.js';
import type { CompiledNetwork } from '../models/network.js';
import { checkEmbeddings, tokenLookUps } from '../models/embeddings.js';
import { sizeOf } from '../params/layout.js';
import { CodedError } from '../util/errors.js';
import type { Hook, TrainingSpec, TrainingTask } from './engine.js';
import { checkFeatures, targetSizes } from './features.js';
import { checkLearnedSteps } from './learned-steps.js';

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

/** The first value that is no whole number from 0; the largest where all are; −1 without values. */
export const worstToken = (values: Uint8Array | Float32Array): number => {
  let largest = -1;
  for (const value of values) {
    if (!(Number.isInteger(value) && value >= 0)) return value;
    if (value > largest) largest = value;
  }
  return largest;
};

/** Looking at all values takes a pass over the dataset, which all trainings of a host share. */
const worstTokens = new WeakMap<object, number>();

/** Values that an embedding looks up are tokens that it has a vector for. @throws CodedError `engine/bad-token` */
export const checkTokens = (values: Uint8Array | Float32Array, network: CompiledNetwork): void => {
  for (const { name, options } of tokenLookUps(network)) {
    const worst = worstTokens.get(values) ?? worstToken(values);
    worstTokens.set(values, worst);
    if (values.length > 0 && !(Number.isInteger(worst) && worst >= 0 && worst < options.inputDim)) {
      throw new CodedError('engine/bad-token', `An example has the token ${worst}.`, {
        where: `network '${network.network.name}', layer '${name}'`,
        hint: `It has vectors for the tokens 0 to ${options.inputDim - 1} (inputDim: ${options.inputDim}).`,
      });
    }
  }
};

/** @throws CodedError `model/bad-shape`, `argument/invalid` */
export const checkExamples = ({ count, inputs, labels }: Examples, inputShape: readonly number[]): void => {
  const size = sizeOf(inputShape);
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

const requireNumber = (holds: boolean, what: string, value: unknown, hint: string): void => {
  if (!holds) throw new CodedError('argument/invalid', `${what} is ${String(value)}.`, { hint });
};

const checkLoss = ({ loss }: TrainingSpec): void => {
  if (loss?.kind === 'crossEntropy') {
    const { labelSmoothing } = loss;
    requireNumber(
      labelSmoothing >= 0 && labelSmoothing < 1,
      'labelSmoothing',
      labelSmoothing,
      'It is from 0 to less than 1.',
    );
  }
  if (loss?.kind === 'distillation') {
    const { temperature, alpha } = loss;
    requireNumber(temperature > 0 && temperature < 1e6, 'temperature', temperature, 'It is more than 0.');
    requireNumber(alpha >= 0 && alpha <= 1, 'alpha', alpha, 'It is from 0 to 1.');
  }
};

const checkOptimizer = ({ optimizer }: TrainingSpec): void => {
  const { weightDecay } = optimizer;
  requireNumber(weightDecay >= 0 && weightDecay < 1e6, 'weightDecay', weightDecay, 'It is 0 or more.');
  if (optimizer.kind === 'sgd') {
    const { momentum } = optimizer;
    requireNumber(momentum >= 0 && momentum < 1, 'momentum', momentum, 'It is from 0 to less than 1.');
    return;
  }
  const { beta1, beta2, epsilon } = optimizer;
  for (const [name, beta] of Object.entries({ beta1, beta2 })) {
    requireNumber(beta >= 0 && beta < 1, name, beta, 'It is from 0 to less than 1.');
  }
  requireNumber(epsilon > 0 && epsilon < 1e6, 'epsilon', epsilon, 'It is more than 0.');
};

/** @throws CodedError `argument/invalid` for a number outside its range, `model/bad-layer` for an embedding of no tokens */
export const checkSpec = (spec: TrainingSpec): void => {
  const { batchSize, clipNorm, fakeQuantization } = spec;
  requireNumber(
    Number.isSafeInteger(batchSize) && batchSize > 0,
    'batchSize',
    batchSize,
    'It is a whole number from 1.',
  );
  checkEmbeddings(spec.network, spec.scale);
  checkLoss(spec);
  checkFeatures(spec);
  checkOptimizer(spec);
  if (clipNorm !== undefined) {
    requireNumber(clipNorm > 0 && Number.isFinite(clipNorm), 'clipNorm', clipNorm, 'It is more than 0.');
  }
  const { weightBits = null, activationBits = null } = fakeQuantization ?? {};
  for (const [name, bits] of Object.entries({ weightBits, activationBits })) {
    const isKnown = bits === null || (Number.isSafeInteger(bits) && bits >= 2 && bits <= 8);
    requireNumber(isKnown, name, bits, 'It is a whole number from 2 to 8, or null.');
  }
  checkLearnedSteps(spec);
};

const requireVector = (what: string, values: Float32Array | undefined, length: number): void => {
  if (values?.length === length) return;
  const got = values === undefined ? 'is missing' : `has ${values.length} numbers`;
  throw new CodedError('argument/invalid', `The task’s ${what} ${got}.`, { hint: `It needs ${length} numbers.` });
};

/** What the loss and the hooks read. @throws CodedError `argument/invalid` */
const checkParts = (task: TrainingTask, spec: TrainingSpec): void => {
  const { network, batchSize, loss, hooks = [] } = spec;
  const { floats } = network.layout;
  const vectors: Readonly<Record<Hook, Float32Array | undefined>> = {
    proximal: task.proximal?.center,
    correction: task.correction,
    mask: task.mask,
  };
  for (const hook of hooks) requireVector(hook, vectors[hook], floats);
  if (loss?.kind === 'distillation') {
    requireVector('teacher', task.teacher, task.steps * batchSize * network.network.classes);
  }
  for (const [i, size] of targetSizes(spec).entries()) {
    requireVector(`features[${i}]`, task.features?.[i], task.steps * batchSize * size);
  }
};

/** @throws CodedError `params/layout-mismatch`, `argument/invalid` */
export const checkTask = (task: TrainingTask, { network, batchSize, ...spec }: TrainingSpec, count: number): void => {
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
  checkParts(task, { network, batchSize, ...spec });
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
