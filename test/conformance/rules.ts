import { beforeAll, describe, expect, test } from 'vitest';
import type { Engine } from '../../shared/engine/engine.js';
import { sizeOf } from '../../shared/params/layout.js';
import { count, type RuleCase } from './cases/rule-case.js';
import { bitsOf, relativeDifference } from './compare.js';
import { makeInputs } from './inputs.js';
import { referenceTraining, type ReferenceResult } from './reference/training.js';
import type { Subject } from './subjects.js';

const examplesOf = ({ network: { network }, form }: RuleCase) =>
  makeInputs({ inputShape: network.input, classes: network.classes, form, count });

/** Other numbers in the rows of weight 0. */
const refilledRows = (values: Float32Array, weights: Float32Array): Float32Array => {
  const size = values.length / weights.length;
  return values.map((value, i) => (weights[Math.floor(i / size)] === 0 ? 3 - (i % 5) : value));
};

/** Other examples, and other teachers, in the rows of weight 0. */
const refilled = ({ task }: RuleCase) => {
  const { indices, weights, teacher, features } = task;
  const classes = teacher === undefined ? 1 : sizeOf([teacher.length / weights.length]);
  return {
    ...task,
    indices: indices.map((index, row) => (weights[row] === 0 ? (index + 7 + row) % count : index)),
    ...(features && { features: features.map((values) => refilledRows(values, weights)) }),
    ...(teacher && { teacher: teacher.map((value, i) => (weights[Math.floor(i / classes)] === 0 ? 9 - i : value)) }),
  };
};

/** Runs ways to train on the engines, against float64. */
export const ruleConformance = (cases: readonly RuleCase[], subjects: readonly Subject[]): void => {
  const references = new Map<RuleCase, ReferenceResult>();
  const referenceOf = (one: RuleCase): ReferenceResult => {
    const known = references.get(one) ?? referenceTraining(one.spec, examplesOf(one), one.task);
    references.set(one, known);
    return known;
  };

  describe.each(subjects.map((subject) => [subject.title, subject] as const))('%s', (_title, { open }) => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await open();
    });

    test.each(cases.map((one) => [one.title, one] as const))('%s', async (_title, one) => {
      const reference = referenceOf(one);
      // Nearer than this to a kink, rounding in float32 may go the other way.
      expect(reference.margin).toBeGreaterThan(1e-4);
      const trainer = await engine.compile(one.spec);
      try {
        const data = await engine.load(examplesOf(one), one.network.network.input);
        const { parameters, loss } = await trainer.train(data, one.task);
        expect(Math.abs(loss - reference.loss), 'mean loss').toBeLessThan(1e-5);
        const { task, network } = one;
        const expected = reference.parameters;
        const difference = relativeDifference(network, task.parameters, expected, parameters, task.steps);
        expect(difference, 'parameters').toBeLessThan(one.tolerance);
        const other = await trainer.train(data, refilled(one));
        expect(bitsOf(other.parameters), 'with other examples in rows of weight 0').toEqual(bitsOf(parameters));
        expect(other.loss).toBe(loss);
      } finally {
        await trainer.dispose();
      }
    });
  });
};
