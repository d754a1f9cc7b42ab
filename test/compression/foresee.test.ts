import { describe, expect, test } from 'vitest';
import { foreseePipeline } from '../../shared/compression/foresee.js';
import { compressionSteps } from '../../shared/compression/index.js';
import { loadModel } from '../../shared/models/load.js';
import type { Choice } from '../../shared/util/registry.js';
import { prepareMethod } from '../../shared/scenario/prepare.js';
import { codeOf, refused } from '../support/refusal.js';
import { withLines } from '../scenario/helpers.js';

const images = { inputShape: [28, 28, 1], classes: 10, scale: 1 / 255 } as Parameters<typeof loadModel>[1];
const networkOf = (model: Choice) => loadModel(model, images);
const [cnn, mlp, logistic] = [{ cnn: {} }, { mlp: {} }, { logistic: {} }].map(networkOf);

const step = (name: string, options: object = {}): Choice => {
  const plugIn = compressionSteps.all.find((one) => one.name === name)!;
  return { [name]: (plugIn.options as { parse(options: unknown): Record<string, unknown> }).parse(options) };
};

const foresee = (network: typeof cnn, ...steps: Choice[]) => foreseePipeline(steps, network, 'after');

describe('what can be known of a pipeline before anything is computed', () => {
  test.each(['magnitude', 'gradient', 'taylor', 'filter', 'neuron', 'lasso', 'admm', 'shrink', 'finetune'])(
    '%s after quantization is refused, before it not',
    (name) => {
      const error = refused(() => foresee(cnn, step('ptq'), step(name)));
      expect(error.code).toBe('compression/impossible');
      expect(error.where).toBe(`after.1.${name}`);
      expect(error.message).toContain('quantized');
      expect(() => foresee(cnn, step(name), step('ptq'))).not.toThrow();
    },
  );

  test('what takes the model’s place is not quantized any more', () => {
    for (const name of ['response', 'search', 'cluster', 'online']) {
      expect(() => foresee(cnn, step('ptq'), step(name), step('magnitude')), name).not.toThrow();
    }
  });

  test('students as large as their teachers are refused, also where the teacher is a student', () => {
    expect(codeOf(() => foresee(mlp, step('response', { student: { cnn: {} } })))).toBe('compression/impossible');
    const chain = [step('response', { student: { lenet5: {} } }), step('relation', { student: { cnn: {} } })];
    const error = refused(() => foresee(cnn, ...chain));
    expect([error.code, error.where]).toEqual(['compression/impossible', 'after.1.relation']);
    expect(() => foresee(cnn, step('response', { student: { lenet5: {} } }))).not.toThrow();
    expect(codeOf(() => foresee(mlp, step('online', { peer: { cnn: {} } })))).toBe('compression/impossible');
  });

  test('what a network has not got can’t be pruned', () => {
    expect(codeOf(() => foresee(mlp, step('filter')))).toBe('compression/nothing-to-do');
    expect(codeOf(() => foresee(logistic, step('neuron')))).toBe('compression/nothing-to-do');
    expect(codeOf(() => foresee(cnn, step('filter', { flops: 0.0001 })))).toBe('compression/impossible');
    // What filter pruning leaves nobody knows yet, so nothing is said of it.
    expect(() => foresee(cnn, step('filter'), step('filter', { flops: 0.0001 }))).not.toThrow();
  });

  test('a budget of bits that nothing can meet is refused', () => {
    const error = refused(() => foresee(cnn, step('mixed', { bits: 1.5 })));
    expect([error.code, error.hint]).toEqual([
      'compression/impossible',
      expect.stringContaining('least possible is 2'),
    ]);
  });

  test('a scenario is refused for its pipeline before it runs', () => {
    const { scenario } = withLines('modelCompression: { after: [ptq, magnitude] }\n');
    const error = refused(() => prepareMethod(scenario, mlp));
    expect([error.code, error.where]).toEqual(['compression/impossible', 'modelCompression.after.1.magnitude']);
  });
});
