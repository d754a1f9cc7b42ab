import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { philoxVectors } from '../../shared/util/philox-kernel.js';
import { philox, philoxBlocks, RandomStream } from '../../shared/util/random.js';

/** The known-answer vectors of Random123 (Salmon et al. 2011) for philox4x32 with ten rounds. */
const answers: [number[], number[], number[]][] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

test.each(answers)('philox4x32-10 of counter %j, key %j', (counter, key, expected) => {
  const out = new Uint32Array(4);
  philox(counter as [number, number, number, number], key as [number, number], out);
  expect([...out]).toEqual(expected);
});

test('four blocks at once are the same blocks', () => {
  const word = fc.nat(0xffffffff);
  fc.assert(
    fc.property(
      fc.tuple(word, word, word, word),
      fc.tuple(word, word),
      fc.integer({ min: 1, max: 50 }),
      (at, key, n) => {
        const counter = [Math.min(at[0], 2 ** 32 - 4 * n), at[1], at[2], at[3]] as const;
        const [plain, vectors] = [new Uint32Array(16 * n + 1), new Uint32Array(16 * n + 1)];
        philoxBlocks(counter, key, plain, 1, 4 * n);
        if (philoxVectors(counter, key, vectors, 1, 4 * n)) expect(vectors).toEqual(plain);
        else expect(vectors.every((value) => value === 0)).toBe(true);
      },
    ),
  );
});

describe('a stream', () => {
  const key = fc.record({
    seed: fc.nat(Number.MAX_SAFE_INTEGER),
    purpose: fc.string({ maxLength: 12 }),
    round: fc.nat(0xffffffff),
    client: fc.nat(0xffffffff),
  });

  test('is a function of its key, word by word or filled', () => {
    fc.assert(
      fc.property(key, fc.nat(7), fc.oneof(fc.nat(40), fc.nat(5000)), (streamKey, before, count) => {
        const [a, b] = [new RandomStream(streamKey), new RandomStream(streamKey)];
        for (let i = 0; i < before; i++) expect(b.uint32()).toBe(a.uint32());
        const words = Array.from({ length: count }, () => a.uint32());
        expect([...b.fill(new Uint32Array(count))]).toEqual(words);
        expect(b.uint32()).toBe(a.uint32());
      }),
    );
  });

  test.each(['seed', 'purpose', 'round', 'client'])('differs for another %s', (field) => {
    const base = { seed: 1, purpose: 'a', round: 1, client: 1 };
    const other = { ...base, [field]: field === 'purpose' ? 'b' : 2 };
    const words = (streamKey: typeof base): number[] => [...new RandomStream(streamKey).fill(new Uint32Array(64))];
    const [a, b] = [words(base), words(other)];
    expect(a.filter((word, i) => word === b[i])).toEqual([]);
  });

  test('below(n) is unbiased, for n that does not divide 2^32 too', () => {
    for (const n of [2, 3, 10, 100]) {
      const stream = new RandomStream({ seed: 5, purpose: `below/${n}` });
      const counts = new Float64Array(n);
      const draws = 1000 * n;
      for (let i = 0; i < draws; i++) counts[stream.below(n)]++;
      const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
      // Five standard deviations of a chi-square with n − 1 degrees of freedom.
      expect(chiSquare).toBeLessThan(n - 1 + 5 * Math.sqrt(2 * (n - 1)) + 5);
    }
    expect(new RandomStream({ seed: 1, purpose: 'large' }).below(3 * 2 ** 30)).toBeLessThan(3 * 2 ** 30);
  });

  test('normal() has mean 0, variance 1 and a kurtosis of 3', () => {
    const stream = new RandomStream({ seed: 3, purpose: 'normal' });
    const values = Array.from({ length: 40_000 }, () => stream.normal());
    const moment = (power: number): number => values.reduce((sum, x) => sum + x ** power, 0) / values.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.025);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.035);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.25);
  });

  test('shuffle makes every order equally likely', () => {
    const stream = new RandomStream({ seed: 9, purpose: 'shuffle' });
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = stream.shuffle([0, 1, 2]).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
