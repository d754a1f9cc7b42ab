import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compressionSteps } from '../../shared/compression/index.js';
import { loadPipeline } from '../../shared/scenario/pipeline-file.js';

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
