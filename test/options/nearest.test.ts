import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, nearest, suggest } from '../../shared/options/nearest.js';

const word = fc.string({ maxLength: 8, unit: fc.constantFrom('a', 'b', 'c') });

test('the distance is a distance', () => {
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b);
      expect(distance).toBe(editDistance(b, a));
      expect(distance === 0).toBe(a === b);
      expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});

test('one edit of each kind costs one', () => {
  expect(editDistance('rounds', 'round')).toBe(1);
  expect(editDistance('rounds', 'roundss')).toBe(1);
  expect(editDistance('rounds', 'ruonds')).toBe(1);
  expect(editDistance('rounds', 'rownds')).toBe(1);
  expect(editDistance('Rounds', 'rOUNDS')).toBe(0);
});

test('a near word is found, a far one is not', () => {
  const known = ['batchSize', 'epochs', 'optimizer'];
  expect(nearest('batchsize', known)).toBe('batchSize');
  expect(nearest('batch_size', known)).toBe('batchSize');
  expect(nearest('epoch', known)).toBe('epochs');
  expect(nearest('momentum', known)).toBeNull();
  expect(nearest('x'.repeat(10_000), known)).toBeNull();
  expect(suggest('momentum', known)).toBe('Known here: batchSize, epochs, optimizer.');
});
