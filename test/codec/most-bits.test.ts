import { describe, expect, test } from 'vitest';
import type { CoderStage } from '../../shared/codec/stage-interface.js';
import { nearEntropy, positionEntropy } from '../../shared/codec/most-bits.js';
import { stages } from '../../shared/codec/stages/index.js';
import type { Choice } from '../../shared/util/registry.js';
import { RandomStream } from '../../shared/util/random.js';
import { codeOnce } from './laws.js';

const coders = stages.all.filter((stage): stage is CoderStage => stage.role === 'coder');

/** Options that choose another code. */
const others: Readonly<Record<string, readonly Choice[string][]>> = {
  entropy: ['rans', 'range', 'map'].map((coder) => ({ coder })),
  golomb: [{ divisor: 'any' }],
};

const cases = coders.flatMap(({ name, codes, mostBits }) =>
  [{}, ...(others[name] ?? [])].map((options) => {
    const choice: Choice = { [name]: options };
    return { title: JSON.stringify(choice), choice, codes, mostBits };
  }),
);

const serves = (stream: 'positions' | 'symbols') => cases.filter(({ codes }) => codes.includes(stream));

/** Ones at independent places. */
const independent = (length: number, density: number): Float32Array => {
  const random = new RandomStream({ seed: 8, purpose: 'test/most-bits' });
  return Float32Array.from({ length }, () => (random.uniform() < density ? 1 : 0));
};

describe.each([0.5, 0.38, 0.25, 0.21, 0.1, 0.04, 0.005])('positions at density %d', (wanted) => {
  const length = Math.round(11_000 / wanted);
  const values = independent(length, wanted);
  const kept = values.reduce((sum, value) => sum + value, 0);
  const density = Math.min(0.5, kept / length);
  const sparse: Choice = { threshold: { above: 0 } };
  const raw = codeOnce(values, [sparse]).payload.length;

  test.each(serves('positions'))('$title', ({ mostBits, choice }) => {
    const { payload, measures } = codeOnce(values, [sparse, choice]);
    const bits = (8 * (measures.valueBytes - 4 * kept)) / kept;
    expect(bits).toBeLessThanOrEqual(1.002 * mostBits.positions!(density));
    // Nothing is forgotten in the count.
    expect(bits).toBeGreaterThan(0.97 * positionEntropy(density));
    // Header, count, and a table of about a hundred frequencies.
    expect(payload.length - measures.valueBytes).toBeLessThan(30 + 200);
    expect(payload.length).toBeLessThanOrEqual(raw + 2);
  });
});

/** Integers around zero whose magnitudes are geometric. */
const geometric = (ratio: number): Float32Array => {
  const random = new RandomStream({ seed: 9, purpose: 'test/most-bits' });
  return Float32Array.from({ length: 11_000 }, () => {
    const magnitude = Math.floor(Math.log(1 - random.uniform()) / Math.log(ratio));
    return random.below(2) === 0 ? magnitude : -magnitude;
  });
};

describe.each([0.02, 0.2, 0.5, 0.9, 0.99])('symbols of integers, each next magnitude %d times as frequent', (ratio) => {
  const values = geometric(ratio);
  const used = new Set(values).size;
  const raw = codeOnce(values, [{ integers: {} }]).payload.length;

  test.each(serves('symbols'))('$title', ({ mostBits, choice }) => {
    const { payload, measures } = codeOnce(values, [{ integers: {} }, choice]);
    const entropy = (8 * measures.entropyBytes!) / values.length;
    const bits = (8 * measures.valueBytes) / values.length;
    if (mostBits.symbols) expect(bits).toBeLessThanOrEqual(mostBits.symbols(entropy) + (8 * 16) / values.length);
    expect(payload.length - measures.valueBytes).toBeLessThan(30 + 16 + 2 * used);
    expect(payload.length).toBeLessThanOrEqual(raw + 2);
  });
});

test('what is near the entropy says so; the others promise less, or nothing', () => {
  const near = coders.filter(({ mostBits }) => mostBits === nearEntropy).map(({ name }) => name);
  expect(near.sort()).toEqual(['arithmetic', 'entropy', 'rans']);
  expect(positionEntropy(0.01)).toBeCloseTo(8.0793, 4);
  expect(positionEntropy(0.5)).toBe(2);
  for (const { mostBits, codes } of coders) {
    expect(Object.keys(mostBits).every((stream) => codes.includes(stream as 'positions'))).toBe(true);
    for (const p of [0.5, 0.25, 0.1, 0.01, 1e-4]) {
      if (mostBits.positions) expect(mostBits.positions(p)).toBeGreaterThanOrEqual(positionEntropy(p));
    }
  }
});
