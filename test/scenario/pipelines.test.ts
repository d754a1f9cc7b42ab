import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compressionSteps } from '../../shared/compression/index.js';
import { loadPipeline, parsePipeline } from '../../shared/scenario/pipeline-file.js';

const folder = join(import.meta.dirname, '../../scenarios/pipelines');
const files = readdirSync(folder);

test.each(files)('the pipeline %s is valid, and says first what it does', async (file) => {
  const { steps } = await loadPipeline(join(folder, file));
  for (const choice of steps) {
    const [step, options] = compressionSteps.chosen(choice);
    expect(() => step.create(options)).not.toThrow();
  }
  expect(readFileSync(join(folder, file), 'utf8')).toMatch(/^# [A-Z].*\.\n/);
});

test('each kind of distillation has a pipeline', () => {
  const distillations = compressionSteps.all.filter(({ family }) => family === 'distillation');
  expect(files).toEqual(expect.arrayContaining(distillations.map(({ name }) => `distill-${name}.yaml`)));
});

test.each(['filter', 'neuron', 'lasso'])('two amounts of %s are refused before anything is computed', (name) => {
  const [both, one] = ['{ sparsity: 0.5, flops: 0.5 }', '{ flops: 0.5 }'].map((options) => `- ${name}: ${options}`);
  expect(() => parsePipeline(both, 'p.yaml')).toThrow(
    `steps.0.${name}.flops is refused: sparsity is given too, and each decides how much goes; say one of them.`,
  );
  expect(parsePipeline(one, 'p.yaml').steps).toMatchObject([{ [name]: { sparsity: null, flops: 0.5 } }]);
});

test('what is wrong with a pipeline is said of the pipeline', async () => {
  expect(() => parsePipeline('seed: 1\nstep: [ptq]', 'p.yaml')).toThrow('The pipeline has no key "step".');
  expect(() => parsePipeline('steps: [ptq]', 'p.yaml', ['weightBits=4'])).toThrow('The pipeline has no key');
  const absent = { hint: 'Give the path of a pipeline file, for example scenarios/pipelines/prune.yaml.' };
  await expect(loadPipeline('nowhere.yaml')).rejects.toMatchObject(absent);
  await expect(loadPipeline(folder)).rejects.toMatchObject({ hint: 'Give the path of a pipeline file.' });
});
