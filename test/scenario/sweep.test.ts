import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expandSweep, sweepFile, type SweepPoint } from '../../shared/scenario/sweep.js';
import { isFolderName } from '../../shared/scenario/words.js';
import { refusal, withLines } from './helpers.js';

const points = (lines: string, set: readonly string[] = []): SweepPoint[] => expandSweep(withLines(lines, set));

const sweep = `sweep:
  baseline: float32
  cases:
    - { name: float32, set: { uplink: none } }
    - { name: stc-1-25, set: { uplink: stc, downlink: stc } }
  grid: { local.batchSize: [10, 32] }
  seeds: [1, 2, 3]
`;

describe('a sweep', () => {
  test('runs every case with every combination of the grid and every seed', () => {
    const all = points(sweep);
    expect(all).toHaveLength(12);
    expect(all.map(({ name }) => name).slice(0, 4)).toEqual([
      'float32_batchSize-10_seed-1',
      'float32_batchSize-10_seed-2',
      'float32_batchSize-10_seed-3',
      'float32_batchSize-32_seed-1',
    ]);
    const last = all[11];
    expect(last).toMatchObject({ name: 'stc-1-25_batchSize-32_seed-3', case: 'stc-1-25', seed: 3 });
    expect(last.set).toEqual({ uplink: 'stc', downlink: 'stc', 'local.batchSize': 32 });
    expect(last.grid).toEqual({ 'local.batchSize': 32 });
    expect(last.scenario).toMatchObject({ name: last.name, seed: 3, local: { batchSize: 32 } });
    expect(last.scenario.uplink.stages).toHaveLength(3);
    expect(last.scenario).not.toHaveProperty('sweep');
  });

  test('is the scenario alone where there is none', () => {
    expect(points('')).toMatchObject([{ name: 'test', case: 'test', seed: 0, set: {}, grid: {} }]);
  });

  test('needs no cases and no seeds', () => {
    const all = points('sweep: { grid: { rounds: [1, 2] } }\n');
    expect(all.map(({ name, seed }) => [name, seed])).toEqual([
      ['test_rounds-1', 0],
      ['test_rounds-2', 0],
    ]);
  });

  test('starts from the scenario with its settings, and can be set itself', () => {
    const all = points(sweep, ['local.epochs=3', 'sweep.seeds=[7]']);
    expect(all).toHaveLength(4);
    expect(all.every(({ seed, scenario }) => seed === 7 && scenario.local.epochs === 3)).toBe(true);
  });

  test('makes a file of its points', () => {
    const loaded = withLines(sweep);
    const file = sweepFile(loaded, expandSweep(loaded));
    expect(JSON.parse(JSON.stringify(file))).toEqual(file);
    expect(file).toMatchObject({ v: 1, name: 'test', baseline: 'float32' });
    expect(file.points).toHaveLength(12);
    expect(Object.keys(file.points[0])).toEqual(['name', 'case', 'seed', 'set', 'grid']);
  });

  test('has cases × values × seeds points with different folder names', () => {
    const unique = (value: fc.Arbitrary<number>, most: number) =>
      fc.uniqueArray(value, { minLength: 1, maxLength: most });
    const settings = fc.record({
      cases: unique(fc.integer({ min: 1, max: 9 }), 3),
      epochs: unique(fc.integer({ min: 1, max: 50 }), 3),
      rates: unique(fc.double({ min: 1e-9, max: 1, noNaN: true }), 3),
      seeds: unique(fc.maxSafeNat(), 3),
    });
    fc.assert(
      fc.property(settings, ({ cases, epochs, rates, seeds }) => {
        const all = points(
          `sweep: ${JSON.stringify({
            cases: cases.map((rounds) => ({ name: `r${rounds}`, set: { rounds } })),
            grid: { 'local.epochs': epochs, 'local.optimizer.sgd.learningRate': rates },
            seeds,
          })}\n`,
        );
        expect(all).toHaveLength(cases.length * epochs.length * rates.length * seeds.length);
        expect(new Set(all.map(({ name }) => name.toLowerCase())).size).toBe(all.length);
        expect(all.every(({ name }) => isFolderName(name))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('names values that are no words by their place, and paths that end alike in full', () => {
    const all = points('sweep: { grid: { uplink.stages: [[], [float16]], downlink.stages: [[], [float16]] } }\n');
    expect(all.map(({ name }) => name)).toEqual([
      'test_uplink.stages-1_downlink.stages-1',
      'test_uplink.stages-1_downlink.stages-2',
      'test_uplink.stages-2_downlink.stages-1',
      'test_uplink.stages-2_downlink.stages-2',
    ]);
  });
});

describe('a sweep is refused', () => {
  const two = '    - { name: a, set: { rounds: 1 } }\n    - { name: b, set: { rounds: 2 } }\n';
  test.each([
    [
      'a baseline that is no case',
      `sweep:\n  baseline: aa\n  cases:\n${two}`,
      '6:13: The baseline "aa" is none of the cases. Did you mean \'a\'?',
    ],
    [
      'a baseline without cases',
      'sweep: { baseline: a, seeds: [1] }',
      '5:20: The baseline "a" is none of the cases. List it',
    ],
    [
      'two cases of one name',
      `sweep:\n  cases:\n${two.replace('name: b', 'name: A')}`,
      '8:15: There is a second case "A".',
    ],
    [
      'two cases that are the same',
      `sweep:\n  cases:\n${two.replace('rounds: 2', 'rounds: 1')}`,
      '8:15: The points a and b are the same experiment.',
    ],
    ['a value twice', 'sweep: { grid: { rounds: [1, 2, 1] } }', '5:33: The grid has this value of rounds twice.'],
    ['a seed twice', 'sweep: { seeds: [1, 1] }', '5:21: The seed 1 is listed twice.'],
    [
      'a seed in the grid',
      'sweep: { grid: { seed: [1, 2] } }',
      '5:24: A sweep cannot set "seed" here. List the seeds under sweep.seeds.',
    ],
    ['a name in a case', 'sweep: { cases: [{ name: a, set: { name: b } }] }', '5:42: A sweep cannot set "name" here.'],
    [
      'a case and the grid at one path',
      'sweep: { cases: [{ name: a, set: { local.epochs: 1 } }], grid: { local: [{}] } }',
      '5:50: The case "a" sets local.epochs, and the grid sets local.',
    ],
    [
      'too many points',
      `sweep: { seeds: ${JSON.stringify(Array.from({ length: 200 }, (_, i) => i))}, grid: { rounds: ${JSON.stringify(Array.from({ length: 51 }, (_, i) => i + 1))} } }`,
      'The sweep has 10200 points. At most 10000',
    ],
    [
      'an unknown path in a case',
      'sweep: { cases: [{ name: a, set: { local.batchsize: 1 } }] }',
      '5:53: local has no key "batchsize". Did you mean \'batchSize\'?',
    ],
    [
      'a bad value in a case',
      'sweep: { cases: [{ name: a, set: { rounds: 0 } }] }',
      '5:44: rounds is 0. It must be at least 1.',
    ],
    ['a bad value in the grid', 'sweep: { grid: { rounds: [1, 0] } }', '5:30: rounds is 0. It must be at least 1.'],
    ['a path that leads nowhere', 'sweep: { grid: { rounds.x: [1] } }', '5:29: rounds is 5 and has nothing below it.'],
    [
      'an empty list of values',
      'sweep: { grid: { rounds: [] } }',
      '5:26: sweep.grid.rounds is an empty list. It must have at least 1 entry.',
    ],
    ['a case without a name', 'sweep: { cases: [{ set: { rounds: 1 } }] }', '5:18: sweep.cases.0.name is missing.'],
    ['an unknown key', 'sweep: { seed: [1] }', '5:10: sweep has no key "seed". Did you mean \'seeds\'?'],
  ])('%s', (_, lines, message) => {
    expect(refusal(() => points(lines))).toContain(message);
  });

  test('before anything runs, when the last of its points is wrong', () => {
    expect(refusal(() => points('sweep: { grid: { clients.total: [100, 50, 9] } }\n'))).toContain(
      'clients.perRound is 10, more than the 9 of clients.total',
    );
  });
});
