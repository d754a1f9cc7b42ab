import { expect, it } from 'vitest';
import { cpuMilliseconds } from '../../support/cpu-time.js';
import { refusal } from '../../support/refusal.js';
import { balanced, clientsOf, deal } from './partitions.js';

it('costs nothing for a population far larger than the dataset', () => {
  const dataset = balanced(60_000);
  const begin = cpuMilliseconds();
  const partition = deal(dataset, { draw: { samples: 600 } }, 1_000_000);
  const indices = [0, 1, 999_999].map((client) => partition.indices(client));
  expect(partition.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(cpuMilliseconds() - begin).toBeLessThan(1000);
  expect(indices.map(({ length }) => length)).toEqual([600, 600, 600]);
  expect(indices[0]).not.toEqual(indices[1]);
  expect(partition.size(999_999)).toBe(600);
});

it('is the same for a client whoever else is asked', () => {
  const dataset = balanced(1000);
  const few = deal(dataset, { draw: { samples: 20 } }, 10);
  const many = deal(dataset, { draw: { samples: 20 } }, 5000);
  many.indices(4321);
  expect(many.indices(7)).toEqual(few.indices(7));
});

it('draws every example as often', () => {
  const partition = deal(balanced(50), { draw: { samples: 10 } }, 5000);
  const times = new Int32Array(50);
  for (const client of clientsOf(partition)) for (const index of partition.indices(client)) times[index]++;
  // Binomial(5000, 0.2): mean 1000, standard deviation 28.
  for (const count of times) expect(Math.abs(count - 1000)).toBeLessThan(4 * 28.3);
});

it('can take all, and not more', async () => {
  expect([...deal(balanced(50), { draw: { samples: 50 } }, 3).indices(1)].sort((a, b) => a - b)).toEqual(
    Array.from({ length: 50 }, (_, at) => at),
  );
  const error = await refusal('data/impossible-partition', () => deal(balanced(50), { draw: { samples: 51 } }, 3));
  expect(error.message).toContain('51 different examples');
  expect(error.hint).toContain('at most 50');
});
