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

test('what is wrong with a pipeline is said of the pipeline', async () => {
  expect(() => parsePipeline('seed: 1\nstep: [ptq]', 'p.yaml')).toThrow('The pipeline has no key "step".');
  expect(() => parsePipeline('steps: [ptq]', 'p.yaml', ['weightBits=4'])).toThrow('The pipeline has no key');
  const absent = { hint: 'Give the path of a pipeline file, for example scenarios/pipelines/prune.yaml.' };
  await expect(loadPipeline('nowhere.yaml')).rejects.toMatchObject(absent);
  await expect(loadPipeline(folder)).rejects.toMatchObject({ hint: 'Give the path of a pipeline file.' });
});
