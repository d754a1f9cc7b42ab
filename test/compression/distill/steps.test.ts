import { beforeAll, describe, expect, test } from 'vitest';
import { compressionSteps } from '../../../shared/compression/index.js';
import type { CompressedModel } from '../../../shared/compression/model.js';
import type { CompressionWarning, Workbench } from '../../../shared/compression/workbench.js';
import { refusal } from '../../support/refusal.js';
import { convolutional, datasetOf, openBench, trained, type Told } from './problem.js';

let teacher: CompressedModel;
beforeAll(async () => {
  teacher = await trained(convolutional, await openBench());
});

const apply = (name: string, options: object, bench: Workbench) =>
  compressionSteps.get(name).create(options).apply(teacher, bench);

const bytes = ({ parameters }: CompressedModel): Buffer => Buffer.from(parameters.floats.buffer);

const training = { epochs: 4, batchSize: 20, learningRate: 0.1 };

/** Few epochs and small students; what each step has beside that. */
const cases: readonly (readonly [string, object])[] = [
  ['response', { width: 0.3, ...training }],
  ['relation', { width: 0.3, ...training }],
  ['feature', { width: 0.3, transfer: 'attention', ...training }],
  ['feature', { width: 0.3, transfer: 'hint', ...training }],
  ['feature', { student: { mlp: { hidden: [6] } }, transfer: 'hint', teacherLayer: 'dense', ...training }],
  ['online', { width: 0.3, ...training }],
  ['data', { width: 0.5, images: 300, iterations: 40, ...training, epochs: 10 }],
];

describe.each(cases)('%s %o', (name, options) => {
  const told: Told = { warnings: [], phases: [] };
  let student: CompressedModel & { details?: unknown };
  let bench: Workbench;
  beforeAll(async () => {
    bench = await openBench(datasetOf(), told);
    student = await apply(name, options, bench);
  });

  test('makes a smaller network that has learnt', async () => {
    expect(student.network.layout.floats).toBeLessThan(teacher.network.layout.floats / 2);
    expect(student.parameters.floats.length).toBe(student.network.layout.floats);
    expect(student.mask).toBeNull();
    expect(student.quantization).toBeNull();
    const { accuracy } = await bench.evaluate(student);
    expect(accuracy).toBeGreaterThan(0.6);
  });

  test('goes through its phases in order, and says how far it is from its teacher', () => {
    expect(told.phases).toEqual(compressionSteps.get(name).phases);
    expect((student.details as { distillationLoss: number }).distillationLoss).toBeGreaterThan(0);
  });

  test('repeats to the bit', async () => {
    expect(bytes(await apply(name, options, await openBench()))).toEqual(bytes(student));
  });
});

test('with α = 1 no label is looked at', async () => {
  const options = { width: 0.3, alpha: 1, fineTuneEpochs: 0, epochs: 1 };
  const [own, other] = [await openBench(), await openBench(datasetOf(1, (label) => 3 - label))];
  for (const name of ['response', 'feature', 'relation']) {
    expect(bytes(await apply(name, options, own)), name).toEqual(bytes(await apply(name, options, other)));
  }
});

test('without data no example is looked at', async () => {
  const options = { width: 0.5, images: 100, iterations: 3, epochs: 1 };
  const [own, other] = [await openBench(), await openBench(datasetOf(5))];
  expect(bytes(await apply('data', options, own))).toEqual(bytes(await apply('data', options, other)));
});

test('a student is nearer to its teacher for learning its answers', async () => {
  const lossOf = async (alpha: number): Promise<number> => {
    const options = { width: 0.3, alpha, fineTuneEpochs: 0, ...training };
    const { details } = await apply('response', options, await openBench());
    return (details as { distillationLoss: number }).distillationLoss;
  };
  expect(await lossOf(1)).toBeLessThan(0.7 * (await lossOf(0)));
});

describe('what is refused or warned of', () => {
  const refused = async (name: string, options: object, code: Parameters<typeof refusal>[0]) =>
    refusal(code, async () => apply(name, options, await openBench()));

  test('a student as large as its teacher', async () => {
    const layers = [
      { conv2d: { filters: 9, kernelSize: 3, padding: 'same' } },
      'maxPooling2d',
      'flatten',
      { dense: { units: 24 } },
      { dense: { units: 4 } },
    ];
    const error = await refused('response', { student: { layers } }, 'compression/impossible');
    expect(error.message).toContain('3,670');
    expect(error.message).toContain('3,276');
  });

  test('a student of more parameters and fewer FLOPs is warned of', async () => {
    const warnings: CompressionWarning[] = [];
    const bench = await openBench(datasetOf(), { warnings, phases: [] });
    await apply('response', { student: { mlp: { hidden: [50] } }, epochs: 1 }, bench);
    expect(warnings.map(({ code }) => code)).toEqual(['compression/larger-student']);
    expect(warnings[0].message).toContain('3,454');
  });

  test('relations of no weight', () => refused('relation', { distance: 0, angle: 0 }, 'compression/nothing-to-do'));

  test('attention where the student has no image', async () => {
    const error = await refused('feature', { student: { mlp: { hidden: [6] } } }, 'compression/impossible');
    expect(error.hint).toContain('conv2d [8, 8, 8]');
    expect(error.hint).toContain('dense [6]');
  });

  test('a layer that is not there', async () => {
    const error = await refused('relation', { teacherLayer: 'conv' }, 'compression/impossible');
    expect(error.message).toContain("'conv'");
    expect(error.hint).toContain('dense [24]');
  });

  test('a relation to a network without a hidden layer', () =>
    refused(
      'relation',
      { student: { layers: { layers: ['flatten', { dense: { units: 4 } }] } }, studentLayer: 'dense' },
      'compression/impossible',
    ));
});
