import fc from 'fast-check';
import { expect, test } from 'vitest';
import { divergence } from '../../../shared/compression/distill/divergence.js';

const logits = fc.float32Array({ minLength: 5, maxLength: 5, min: -8, max: 8, noNaN: true });
const temperatures = fc.double({ min: 0.5, max: 10, noNaN: true });

const softmax = (values: Float32Array, temperature: number): number[] => {
  const exps = Array.from(values, (z) => Math.exp(z / temperature));
  const sum = exps.reduce((a, b) => a + b);
  return exps.map((value) => value / sum);
};

test('is 0 for equal answers and above 0 for others, whatever is added to all logits', () => {
  fc.assert(
    fc.property(logits, logits, temperatures, (teacher, student, temperature) => {
      const shifted = teacher.map((z) => z + 3);
      expect(divergence(teacher, shifted, temperature)).toBeCloseTo(0, 4);
      expect(divergence(teacher, student, temperature)).toBeGreaterThan(-1e-9);
    }),
  );
});

test('has the gradient τ · (softmax(student / τ) − softmax(teacher / τ))', () => {
  fc.assert(
    fc.property(logits, logits, temperatures, fc.nat(4), (teacher, student, temperature, k) => {
      const h = 2 ** -8;
      const at = (step: number): number => divergence(teacher, student.with(k, student[k] + step), temperature);
      // What float32 makes of the step.
      const width = Math.fround(student[k] + h) - Math.fround(student[k] - h);
      const slope = (at(h) - at(-h)) / width;
      const expected = temperature * (softmax(student, temperature)[k] - softmax(teacher, temperature)[k]);
      expect(Math.abs(slope - expected)).toBeLessThan(1e-3 * Math.max(1, temperature));
    }),
  );
});

test('at a high temperature is half the squared difference of centred logits, over the classes', () => {
  const [teacher, student] = [Float32Array.of(1, -2, 0.5, 3), Float32Array.of(0, 1, -1, 2)];
  const difference = teacher.map((z, k) => z - student[k]);
  const mean = difference.reduce((a, b) => a + b) / 4;
  const expected = difference.reduce((sum, d) => sum + (d - mean) ** 2, 0) / 8;
  expect(divergence(teacher, student, 1000)).toBeCloseTo(expected, 2);
});
