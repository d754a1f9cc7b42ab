import { beforeAll, describe, expect, test } from 'vitest';
import {
  sgd,
  type Engine,
  type Optimizer,
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

const ten = [6, 6, 6, 4, 6, 6, 6, 6, 6, 3];

const optimizers: readonly (readonly [title: string, Optimizer, sizes: readonly number[], tolerance: number])[] = [
  ['ten steps of SGD', sgd, ten, 1e-4],
  ['three steps with momentum', { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0 }, [6, 6, 5], 1e-3],
  // A gradient far below epsilon is rounding, whose direction Adam would otherwise follow as it does a large one.
  ['three steps of Adam', { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-3, weightDecay: 0 }, [6, 6, 5], 1e-3],
];

/** What a change of each parameter by its last bit does to a training: no engine can be asked for less. */
const sensitivity = async (
  train: (task: TrainingTask) => Promise<TrainingResult>,
  network: CompiledNetwork,
  task: TrainingTask,
): Promise<number> => {
  const { parameters } = await train(task);
  let most = 0;
  // Which of them come near a kink, a ReLU's or a maximum's, depends on the directions.
  for (const period of [2, 3, 5, 7]) {
    const nudged = task.parameters.map((value, i) => value * (1 + (i % period === 0 ? 2 ** -23 : -(2 ** -23))));
    const moved = await train({ ...task, parameters: nudged });
    most = Math.max(most, relativeDifference(network, task.parameters, parameters, moved.parameters, task.steps));
  }
  return most;
};

describe.each(withDefaults.flatMap(builtOn).map((subject) => [subject.title, subject] as const))(
  '%s',
  (title, subject) => {
    const { network, form } = subject;
    const { input, classes } = network.network;
    const engines: Engine[] = [];
    beforeAll(async () => {
      for (const { open } of subjects.toReversed()) engines.push(await open());
    }, 60_000);

    /** Trains on every engine, the reference first. */
    const trainAll = async (optimizer: Optimizer, task: TrainingTask): Promise<[TrainingResult[], number]> => {
      const results: TrainingResult[] = [];
      let allowed = 0;
      for (const engine of engines) {
        const trainer = await engine.compile({ network, optimizer, batchSize, scale: scaleOf(form) });
        const data = await engine.load(makeInputs({ inputShape: input, classes, form, count }), input);
        const train = (given: TrainingTask) => trainer.train(data, given);
        results.push(await train(task));
        if (engine.version.endsWith('plain')) allowed = await sensitivity(train, network, task);
        await trainer.dispose();
      }
      return [results, allowed];
    };

    test('one step: all engines have the same', async () => {
      const task = taskOf(subject, [6], 0.01);
      const [[reference, ...others], allowed] = await trainAll(sgd, task);
      for (const { parameters, loss } of others) {
        // Both round each parameter once.
        const difference = relativeDifference(network, task.parameters, reference.parameters, parameters, 2);
        expect(difference).toBeLessThan(Math.max(1e-4, 30 * allowed));
        expect(Math.abs(loss / reference.loss - 1)).toBeLessThan(1e-5);
      }
    });

    const several = title.includes('32×32') ? [] : optimizers;
    test.each(several)('%s: all engines have the same', async (_optimizer, optimizer, sizes, tolerance) => {
      const task = taskOf(subject, sizes, 0.01);
      const [[reference, ...others], allowed] = await trainAll(optimizer, task);
      for (const { parameters, loss } of others) {
        const steps = 2 * task.steps;
        const difference = relativeDifference(network, task.parameters, reference.parameters, parameters, steps);
        expect(difference).toBeLessThan(Math.max(tolerance, 30 * allowed));
        expect(Math.abs(loss / reference.loss - 1)).toBeLessThan(Math.max(1e-5, 30 * allowed));
      }
    });
  },
);
