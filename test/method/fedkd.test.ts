import { describe, expect, test } from 'vitest';
import { fedkd } from '../../shared/method/fedkd.js';
import type { OwnLearner } from '../../shared/method/mentor/pair.js';
import { initialize } from '../../shared/models/initialize.js';
import { refused } from '../support/refusal.js';
import { network, seed } from './support/labels.js';

const large = { mlp: { hidden: [32] } };
const model = initialize(network, seed);

/** A network that is a single number: it adds what the teacher said and the epoch to itself, and answers with itself. */
const numberOf = (name: string, first: number, log: string[]): OwnLearner => ({
  initial: () => Float32Array.of(first),
  predict: async (floats) => Float32Array.of(floats[0]),
  train: async (floats, teacher, epoch) => {
    log.push(`${name} ${epoch}: ${floats[0]} + ${teacher[0]}`);
    return { floats: floats.map((value) => value + teacher[0]), loss: 1 + epoch };
  },
});

const noTraining = async (): Promise<never> => {
  throw new Error('both networks are trained by the pair');
};

describe('a client', () => {
  const round = (state: Readonly<Record<string, Float32Array>>, log: string[]) => {
    const student = numberOf('student', 0, log);
    const mentor = numberOf('mentor', 100, log);
    const task = { seed, round: 1, client: 0, model, pair: { student, mentor, epochs: 2 } };
    return fedkd.create({ mentor: large }).clientRound(task, state, noTraining);
  };

  test('lets the mentor learn from the student, then the student from the mentor, pass by pass', async () => {
    const log: string[] = [];
    const first = model.floats[0];
    const { parts, state, loss } = await round({ mentor: Float32Array.of(5) }, log);
    const [m1, s1] = [5 + first, Math.fround(first + 5 + first)];
    expect(log).toEqual([
      `mentor 0: 5 + ${first}`,
      `student 0: ${first} + ${Math.fround(m1)}`,
      `mentor 1: ${Math.fround(m1)} + ${s1}`,
      expect.stringContaining('student 1:'),
    ]);
    expect(Object.keys(state)).toEqual(['mentor']);
    expect(loss).toBe(1.5);
    const floats = parts['delta'] as Float32Array;
    expect(floats[0] + first).toBeCloseTo(s1 + (state['mentor'] as Float32Array)[0], 4);
  });

  test('begins with a mentor from the seed', async () => {
    const log: string[] = [];
    await round({}, log);
    expect(log[0]).toContain('mentor 0: 100 +');
  });
});

test('the mentor must be larger than what travels', () => {
  const method = fedkd.create({ mentor: large });
  expect(method.parameterize!(network, seed, 0).network).toBe(network);
  const error = refused(() => fedkd.create({ mentor: { mlp: { hidden: [1] } } }).parameterize!(network, seed, 0));
  expect(error.code).toBe('compression/impossible');
  expect(error.where).toBe('method.fedkd.mentor');
});
