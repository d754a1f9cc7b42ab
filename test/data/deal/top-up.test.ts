import { expect, it } from 'vitest';
import { topUp } from '../../../shared/data/deal/top-up.js';

const rows = (...lists: number[][]) => lists.map((list) => Int32Array.from(list));
const logs = (...lists: number[][]) => lists.map((list) => Float64Array.from(list));

it('gives the group a client leans to, from whoever has most of it', () => {
  const counts = rows([9, 4, 0], [5, 8, 0]);
  topUp(counts, logs([0, 0, -9], [0, 0, -2]), 2);
  expect(counts).toEqual(rows([9, 4, 0], [5, 6, 2]));
  const other = rows([9, 4, 0], [5, 8, 0]);
  topUp(other, logs([0, 0, -2], [0, 0, -9]), 2);
  expect(other).toEqual(rows([7, 4, 2], [5, 8, 0]));
});

it('takes in turn from equals', () => {
  const counts = rows([5, 5, 5, 0]);
  topUp(counts, logs([0, 0, 0, -1]), 3);
  expect(counts).toEqual(rows([4, 4, 4, 3]));
});

it('goes on with the next group where nobody can spare the first', () => {
  const counts = rows([2, 0, 0], [0, 9, 0]);
  topUp(counts, logs([0, -1, -1], [-1, 0, -5]), 2);
  expect(counts).toEqual(rows([2, 0, 0], [0, 7, 2]));
});

it('leaves alone what has enough', () => {
  const counts = rows([3, 1], [0, 4]);
  topUp(counts, logs([0, 0], [0, 0]), 3);
  expect(counts).toEqual(rows([3, 1], [0, 4]));
});
