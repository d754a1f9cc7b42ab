import fc from 'fast-check';
import { expect, test } from 'vitest';
import { largestLabel, meanLoss, worstToken } from '../../shared/engine/checks.js';

test('one NaN or infinite parameter is found at any place, and large finite ones are not mistaken for it', () => {
  const poison = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), poison, (length, place, value) => {
      const parameters = new Float32Array(length).fill(3e38);
      expect(meanLoss(Float32Array.of(1, 3), parameters)).toBe(2);
      parameters[place % length] = value;
      expect(() => meanLoss(Float32Array.of(1, 3), parameters)).toThrow(
        expect.objectContaining({ code: 'engine/diverged' }),
      );
    }),
  );
});

test('a diverged loss says in which step', () => {
  const losses = Float32Array.of(1, 2, Number.NaN, 4);
  expect(() => meanLoss(losses, new Float32Array(1))).toThrow('The loss is NaN in step 3 of 4.');
});

test('the largest label, −1 without examples', () => {
  expect(largestLabel(Uint8Array.of(3, 255, 0))).toBe(255);
  expect(largestLabel(new Uint8Array(0))).toBe(-1);
});

test('the worst token: what is no whole number from 0, else the largest', () => {
  expect(worstToken(Uint8Array.of(3, 255, 0))).toBe(255);
  expect(worstToken(Float32Array.of(3, -1, 9, 0.5))).toBe(-1);
  expect(worstToken(Float32Array.of(3, 0.5, 9))).toBe(0.5);
  expect(worstToken(Float32Array.of(3, Number.POSITIVE_INFINITY))).toBe(Number.POSITIVE_INFINITY);
  expect(worstToken(new Float32Array(0))).toBe(-1);
});
