import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  sgd,
  type Engine,
  type Optimizer,
  type Trainer,
  type TrainingResult,
  type TrainingTask,
} from '../../shared/engine/engine.js';
import { models } from '../../shared/models/catalogue/index.js';
import { compileNetwork } from '../../shared/models/compile.js';
import { initialize } from '../../shared/models/initialize.js';
import type { Model } from '../../shared/models/model.js';
import type { CompiledNetwork } from '../../shared/models/network.js';
import { CodedError } from '../../shared/util/errors.js';
import { RandomStream } from '../../shared/util/random.js';
import { relativeDifference } from '../conformance/compare.js';
import { makeBatches, makeInputs, scaleOf, type InputForm } from '../conformance/inputs.js';
import { subjects } from '../conformance/subjects.js';

interface Given {
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly form: InputForm;
}

/**
 * First parameters with scales and offsets that are not all 1 and 0: a dead channel's values are then not exactly where a ReLU
 * has its kink, on whose sides rounding puts them.
 */
const started = (network: CompiledNetwork): Float32Array => {
  const { floats } = initialize(network, 5);
  const stream = new RandomStream({ seed: 5, purpose: 'test/offsets' });
  for (const { shape, role, offset, size } of network.layout.tensors) {
    if (shape.length !== 1 || role !== 'weight') continue;
    for (let i = offset; i < offset + size; i++) floats[i] += 0.4 * stream.uniform() - 0.2;
  }
  return floats;
};

/** All but the one whose layers the scenario gives. */
const withDefaults = models.all.filter(({ options }) => options.safeParse({}).success);

const image: Given = { inputShape: [28, 28, 1], classes: 10, form: 'bytes' };
const coloured: Given = { inputShape: [32, 32, 3], classes: 10, form: 'bytes' };
const text: Given = { inputShape: [16], classes: 12, form: { tokens: 12 } };

interface Subject {
  readonly title: string;
  readonly network: CompiledNetwork;
  readonly form: InputForm;
}

/** The model on what it takes; null where its shapes do not fit. */
const built = (model: Model, { inputShape, classes, form }: Given): Subject | null => {
  try {
    const network = compileNetwork(
      model.build(
        { inputShape, classes },
        model.options.parse('width' in model.options.shape && model.name !== 'chars' ? { width: 0.25 } : {}),
      ),
    );
    return { title: `${model.name} on ${inputShape.join('×')}`, network, form };
  } catch (error) {
    if (error instanceof CodedError && error.code.startsWith('model/')) return null;
    throw error;
  }
};

const builtOn = (model: Model): Subject[] => {
  const onImages = [image, coloured].map((given) => built(model, given)).filter((one) => one !== null);
  return onImages.length > 0 ? onImages : [built(model, text)].filter((one) => one !== null);
};

test.each(withDefaults.map((model) => [model.name, model] as const))('%s takes images or texts', (_name, model) => {
  expect(builtOn(model)).not.toEqual([]);
});

/** Coprime to what the batches are made with, so that no two batches are the same. */
const count = 61;
const batchSize = 6;
/** Of which in one all engines must come to the same. */
const tries = 16;

interface Run {
  readonly title: string;
  /** Steps of a try. */
  readonly steps: number;
  /** How many rows of each batch count, the same again after the last. */
  readonly sizes: readonly number[];
  readonly tolerance: number;
}

const one: Run = { title: 'a step', steps: 1, sizes: [6, 4], tolerance: 1e-4 };
const three: Run = { title: 'three steps', steps: 3, sizes: [6, 6, 5], tolerance: 1e-3 };
const ten: Run = {
  title: 'ten steps',
  steps: 10,
  sizes: [6, 6, 6, 4, 6, 6, 6, 6, 6, 3],
  tolerance: 1e-4,
};

const momentum: Optimizer = { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0 };
// A gradient far below epsilon is rounding, whose direction Adam would otherwise follow as it does a large one. Of an
// attention's key bias, which has no gradient, 1e-8 are left: divided by epsilon it changes 1e-5 of what others do.
const adam: Optimizer = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-3, weightDecay: 0 };

type Plan = readonly (readonly [title: string, Optimizer, runs: readonly Run[]])[];

const whole: Plan = [
  ['SGD', sgd, [one, ten]],
  ['momentum', momentum, [three]],
  ['Adam', adam, [three]],
];
/**
 * Batches this small, normalized in so many layers one after the other, make of a changed last bit another training
 * within three steps: only what one step does can be compared.
 */
const stepwise: Plan = [
  ['SGD', sgd, [one]],
  ['momentum', momentum, [{ ...one, tolerance: 1e-3 }]],
  ['Adam', adam, [{ ...one, tolerance: 1e-3 }]],
];
/** The second size of an image has other windows and edges, which one step shows. */
const secondSize: Plan = [['SGD', sgd, [one]]];

const planOf = ({ title, network }: Subject): Plan => {
  if (network.network.input[0] === 32) return secondSize;
  return /^(mobilenet|shufflenet|shiftnet)/.test(title) ? stepwise : whole;
};

/** Trainings on batches of their own. */
const tasksOf = ({ network }: Subject, { steps, sizes }: Run): TrainingTask[] => {
  const all = makeBatches({
    parameters: started(network),
    batchSize,
    sizes: Array.from({ length: tries * steps }, (_, i) => sizes[i % sizes.length]),
    learningRate: 0.01,
    count,
  });
  const rows = steps * batchSize;
  return Array.from({ length: tries }, (_, i) => ({
    ...all,
    indices: all.indices.subarray(i * rows, (i + 1) * rows),
    weights: all.weights.subarray(i * rows, (i + 1) * rows),
    steps,
    seed: 9,
  }));
};

type Train = (task: TrainingTask) => Promise<TrainingResult>;

const engines: Engine[] = [];
beforeAll(async () => {
  for (const { open } of subjects.toReversed()) engines.push(await open());
}, 60_000);

const cases = withDefaults
  .flatMap(builtOn)
  .flatMap((subject) =>
    planOf(subject).map(([title, optimizer, runs]) => [subject.title, title, subject, optimizer, runs] as const),
  );

describe.each(cases)('%s, %s', (_model, _optimizer, subject, optimizer, runs) => {
  const { network, form } = subject;
  const { input, classes } = network.network;
  const trainers: Trainer[] = [];
  /** On the engines: the reference first. */
  const trains: Train[] = [];
  beforeAll(async () => {
    // onnx's forms have other gradients and the same optimizers: one with SGD is compared with both.
    for (const engine of optimizer === sgd ? engines : engines.slice(0, 2)) {
      const trainer = await engine.compile({ network, optimizer, batchSize, scale: scaleOf(form) });
      const data = await engine.load(makeInputs({ inputShape: input, classes, form, count }), input);
      trainers.push(trainer);
      trains.push((task) => trainer.train(data, task));
    }
  });
  afterAll(async () => {
    for (const trainer of trainers) await trainer.dispose();
  });

  const least = optimizer === adam ? 1e-4 : 1e-6;

  /** @returns how far an engine's result is from the reference's, Infinity where the losses are apart */
  const distance = ({ parameters, steps }: TrainingTask, reference: TrainingResult, other: TrainingResult): number => {
    if (!(Math.abs(other.loss / reference.loss - 1) < 1e-5)) return Infinity;
    // Both round each parameter once a step.
    return relativeDifference(network, parameters, reference.parameters, other.parameters, 2 * steps, least);
  };

  /*
   * A last bit more or less, which depends on the processor's kernels, may take a value past the kink of a ReLU or a
   * maximum, and the training is another from there on. Most trainings come near none; a wrong engine is right in none.
   */
  const named = runs.map((run) => [run.title, run] as const);
  test.each(named)('%s: all engines have the same', async (_title, run) => {
    const distances: number[] = [];
    const isDone = () => distances.some((far) => far < run.tolerance);
    let parameters = started(network);
    for (const given of tasksOf(subject, run)) {
      const task = { ...given, parameters };
      const results: TrainingResult[] = [];
      for (const train of trains) results.push(await train(task));
      const [reference, ...others] = results;
      distances.push(Math.max(...others.map((other) => distance(task, reference, other))));
      if (isDone()) break;
      ({ parameters } = reference);
    }
    expect(isDone(), `differences: ${distances.join(', ')}`).toBe(true);
  });
});
