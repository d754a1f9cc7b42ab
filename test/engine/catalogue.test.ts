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
import { relativeDifference } from '../conformance/compare.js';
import { makeBatches, makeInputs, scaleOf, type InputForm } from '../conformance/inputs.js';
import { subjects } from '../conformance/subjects.js';

interface Given {
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly form: InputForm;
}

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

const count = 60;
const batchSize = 6;

const taskOf = ({ network }: Subject, sizes: readonly number[], learningRate: number): TrainingTask => ({
  ...makeBatches({ parameters: initialize(network, 5).floats, batchSize, sizes, learningRate, count }),
  seed: 9,
});

interface Run {
  readonly title: string;
  readonly sizes: readonly number[];
  readonly tolerance: number;
  /**
   * Each step is a training of its own, which begins where the reference is, until so many were equal. Others may differ
   * as far as the last bits of the parameters make them: near a ReLU's or a maximum's kink that is much.
   */
  readonly apart?: number;
}

const one: Run = { title: 'a step', sizes: [6, 4, 6, 3], tolerance: 1e-4, apart: 1 };
const two: Run = { ...one, title: 'two steps apart', apart: 2 };
const three: Run = { title: 'three steps', sizes: [6, 6, 5], tolerance: 1e-3 };
const ten: Run = { title: 'ten steps', sizes: [6, 6, 6, 4, 6, 6, 6, 6, 6, 3], tolerance: 1e-4 };

const momentum: Optimizer = { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0 };
// A gradient far below epsilon is rounding, whose direction Adam would otherwise follow as it does a large one.
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
  ['SGD', sgd, [two]],
  ['momentum', momentum, [{ ...one, tolerance: 1e-3 }]],
  ['Adam', adam, [{ ...one, tolerance: 1e-3 }]],
];
/** The second size of an image has other windows and edges, which one step shows. */
const secondSize: Plan = [['SGD', sgd, [one]]];

const planOf = ({ title, network }: Subject): Plan => {
  if (network.network.input[0] === 32) return secondSize;
  return /^(mobilenet|shufflenet|shiftnet)/.test(title) ? stepwise : whole;
};

/** Each step of a task as a task. */
const stepsOf = (task: TrainingTask): TrainingTask[] =>
  Array.from({ length: task.steps }, (_, step) => ({
    ...task,
    indices: task.indices.subarray(step * batchSize, (step + 1) * batchSize),
    weights: task.weights.subarray(step * batchSize, (step + 1) * batchSize),
    steps: 1,
  }));

type Train = (task: TrainingTask) => Promise<TrainingResult>;

/**
 * What a change of each parameter by its last bit does to a training: no engine can be asked for less.
 * @param enough more of it need not be looked for
 */
const sensitivity = async (
  train: Train,
  { network }: Subject,
  task: TrainingTask,
  result: TrainingResult,
  enough: number,
): Promise<number> => {
  let most = 0;
  // Which of them come near a kink, a ReLU's or a maximum's, depends on the directions.
  for (const period of [2, 3, 5, 7]) {
    const nudged = task.parameters.map((value, i) => value * (1 + (i % period === 0 ? 2 ** -23 : -(2 ** -23))));
    const { parameters } = await train({ ...task, parameters: nudged });
    const moved = relativeDifference(network, task.parameters, result.parameters, parameters, task.steps);
    most = Math.max(most, moved);
    if (most > enough) break;
  }
  return most;
};

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

  /** Trains on every engine. @returns where the reference comes to, and whether the others come as near as asked */
  const compare = async (task: TrainingTask, tolerance: number): Promise<[Float32Array, boolean]> => {
    const results: TrainingResult[] = [];
    for (const train of trains) results.push(await train(task));
    const [reference, ...others] = results;
    const differences = others.map(({ parameters }) =>
      // Both round each parameter once a step.
      relativeDifference(network, task.parameters, reference.parameters, parameters, 2 * task.steps),
    );
    const difference = Math.max(...differences);
    const loss = Math.max(...others.map((other) => Math.abs(other.loss / reference.loss - 1)));
    const isClose = difference < tolerance && loss < 1e-5;
    const enough = Math.max(difference, loss) / 30;
    const moved = isClose ? 0 : await sensitivity(trains.at(-1)!, subject, task, results.at(-1)!, enough);
    expect(difference).toBeLessThan(Math.max(tolerance, 30 * moved));
    // One step's loss is that of the given parameters.
    expect(loss).toBeLessThan(task.steps === 1 ? 1e-5 : Math.max(1e-5, 30 * moved));
    return [reference.parameters, isClose];
  };

  const named = runs.map((run) => [run.title, run] as const);
  test.each(named)('%s: all engines have the same', async (_title, { sizes, tolerance, apart }) => {
    const task = taskOf(subject, sizes, 0.01);
    if (apart === undefined) {
      await compare(task, tolerance);
      return;
    }
    let { parameters } = task;
    let close = 0;
    for (const step of stepsOf(task)) {
      const [after, isClose] = await compare({ ...step, parameters }, tolerance);
      if (isClose) close++;
      if (close === apart) break;
      parameters = after;
    }
    expect(close).toBe(apart);
  });
});
