import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadReport } from '../../report/load.js';
import { summarizeCases } from '../../report/summarize.js';
import { writeRunFolder, writeSweepFolder } from './fixtures.js';

const folder = () => mkdtemp(join(tmpdir(), 'fedsqueeze-report-'));

describe('loading run folders', () => {
  it('gives each evaluation the bytes of both directions since the start', async () => {
    const run = await writeRunFolder(await folder(), { rounds: 3 });
    const { runs } = await loadReport([run]);
    const [one] = runs;
    const perRound = one.rounds.map(({ uplink, downlink }) => uplink.wireBytes + downlink.wireBytes);
    expect(one.evaluations.map(({ wireBytes }) => wireBytes)).toEqual([
      perRound[0],
      perRound[0] + perRound[1],
      perRound[0] + perRound[1] + perRound[2],
    ]);
    expect(one.evaluations.at(-1)!.wireBytes).toBe(one.summary.total.wireBytes);
    expect(one.evaluations.at(-1)!.denseBytes).toBe(one.summary.total.denseBytes);
    expect(one).toMatchObject({ finished: true, cutBytes: 0, seed: 1 });
  });

  it('takes unfinished runs and marks them, also one whose last line was cut off', async () => {
    const run = await writeRunFolder(await folder(), { rounds: 5, exit: null });
    const log = join(run, 'run.jsonl');
    const text = await readFile(log, 'utf8');
    await writeFile(log, text.slice(0, -20));
    const { runs } = await loadReport([run]);
    expect(runs[0]).toMatchObject({ finished: false, summary: { exit: 'interrupted', rounds: 5 } });
    expect(runs[0].evaluations).toHaveLength(4);
    expect(runs[0].cutBytes).toBeGreaterThan(0);
  });

  it('groups runs that differ by seed alone, and tells experiments of one name apart', async () => {
    const root = await folder();
    const folders = [
      await writeRunFolder(join(root, 'a'), { seed: 1 }),
      await writeRunFolder(join(root, 'b'), { seed: 2 }),
      await writeRunFolder(join(root, 'c'), { seed: 1, upBytes: 100 }),
    ];
    const { cases } = await loadReport(folders);
    expect(cases.map(({ label, runs }) => [label, runs.length])).toEqual([
      ['fake (a)', 2],
      ['fake (c)', 1],
    ]);
  });

  it('counts a folder that is named twice once', async () => {
    const run = await writeRunFolder(await folder());
    expect((await loadReport([run, `${run}/`, join(run, '.')])).runs).toHaveLength(1);
  });

  it('makes statistics of finished runs where there are some', async () => {
    const root = await folder();
    const folders = [
      await writeRunFolder(join(root, 'a'), { seed: 1, rounds: 20 }),
      await writeRunFolder(join(root, 'b'), { seed: 2, rounds: 20, exit: null, scenario: '' }),
    ];
    const { cases } = await loadReport(folders);
    expect(cases[0].runs).toHaveLength(2);
    expect(cases[0].counted.map(({ seed }) => seed)).toEqual([1]);
  });
});

describe('loading sweeps', () => {
  it('reads the points that were begun and mixes with single runs', async () => {
    const root = await folder();
    const sweep = await writeSweepFolder(join(root, 'sweep'), {
      float32: { rounds: 4 },
      small: { rounds: 4, upBytes: 50 },
    });
    await rm(join(sweep, 'points', 'case1-seed3'), { recursive: true });
    const run = await writeRunFolder(join(root, 'run'), { name: 'alone', rounds: 4 });
    const model = await loadReport([sweep, run]);
    expect(model.cases.map(({ label, runs, baseline }) => [label, runs.length, baseline])).toEqual([
      ['float32', 3, 'float32'],
      ['small', 2, 'float32'],
      ['alone', 1, null],
    ]);
    expect(model.title).toBe('bandwidth-vs-accuracy, alone');
  });

  it('measures each case against the baseline with the same grid values', async () => {
    const root = await folder();
    const sweep = await writeSweepFolder(join(root, 'sweep'), { float32: { rounds: 3 }, small: { rounds: 3 } });
    const path = join(sweep, 'sweep.json');
    const file = JSON.parse(await readFile(path, 'utf8')) as { points: { seed: number; grid: object }[] };
    for (const point of file.points) point.grid = { 'local.batchSize': point.seed < 3 ? 10 : 32 };
    await writeFile(path, JSON.stringify(file));
    const { cases } = await loadReport([sweep]);
    expect(cases.map(({ label, baseline, runs }) => [label, baseline, runs.length])).toEqual([
      ['float32 · local.batchSize=10', 'float32 · local.batchSize=10', 2],
      ['float32 · local.batchSize=32', 'float32 · local.batchSize=32', 1],
      ['small · local.batchSize=10', 'float32 · local.batchSize=10', 2],
      ['small · local.batchSize=32', 'float32 · local.batchSize=32', 1],
    ]);
  });

  it('takes another baseline, and names the cases when there is none of that name', async () => {
    const sweep = await writeSweepFolder(await folder(), { float32: { rounds: 3 }, small: { rounds: 3 } });
    const { cases } = await loadReport([sweep], 'small');
    expect(cases.map(({ baseline }) => baseline)).toEqual(['small', 'small']);
    await expect(loadReport([sweep], 'smal')).rejects.toMatchObject({
      code: 'argument/unknown-name',
      hint: 'Known: float32, small.',
    });
  });
});

describe('what is no run', () => {
  it.each([
    ['a missing folder', async (at: string) => join(at, 'nowhere'), 'report/not-a-run'],
    ['an empty folder', async (at: string) => at, 'report/not-a-run'],
    [
      'a sweep without a run',
      async (at: string) => {
        await writeFile(join(at, 'sweep.json'), '{"v":1,"name":"s","baseline":null,"points":[]}');
        return at;
      },
      'report/not-a-run',
    ],
    [
      'a run without a scenario',
      async (at: string) => {
        await rm(join(await writeRunFolder(at), 'scenario.yaml'));
        return at;
      },
      'report/bad-file',
    ],
    [
      'a scenario that is not YAML',
      async (at: string) => {
        await writeFile(join(await writeRunFolder(at), 'scenario.yaml'), 'name: [');
        return at;
      },
      'report/bad-file',
    ],
    [
      'a sweep file of something else',
      async (at: string) => {
        await writeFile(join(at, 'sweep.json'), '{}');
        return at;
      },
      'report/bad-file',
    ],
  ])('refuses %s', async (_, make, code) => {
    const at = await folder();
    await mkdir(at, { recursive: true });
    await expect(loadReport([await make(at)])).rejects.toMatchObject({ code });
  });
});

describe('the table of cases', () => {
  it('has medians over seeds, savings of medians and the front', async () => {
    const sweep = await writeSweepFolder(await folder(), {
      float32: { upBytes: 796_840, downBytes: 796_840 },
      small: {},
      bad: { ceiling: 0.6, upBytes: 100_000, downBytes: 100_000 },
    });
    const model = await loadReport([sweep]);
    const [float32, small, bad] = summarizeCases(model);
    expect([float32.onFront || small.onFront, bad.onFront]).toEqual([true, false]);
    expect(float32).toMatchObject({ isBaseline: true, runs: 3, unfinished: 0 });
    expect(float32.targets.map(({ savingToTarget }) => savingToTarget)).toEqual([1, 1]);
    const [to90] = small.targets;
    expect(to90.savingToTarget).toBe(float32.targets[0].bytes! / to90.bytes!);
    expect(to90.savingToTarget).toBeGreaterThan(5);
    const rounds = model.cases[1].runs
      .map(({ summary }) => summary.bytesToAccuracy[0].round!)
      .toSorted((a, b) => a - b);
    expect(to90.round).toBe(rounds[1]);
    expect(to90.roundsToBaseline).toBe(to90.round! / float32.targets[0].round!);
    expect(bad.targets).toEqual(
      model.targets.map((target) => ({
        target,
        round: null,
        roundsToBaseline: null,
        bytes: null,
        savingToTarget: null,
      })),
    );
    const accuracies = model.cases[1].runs.map(({ summary }) => summary.accuracy!).toSorted((a, b) => a - b);
    expect(small.accuracy).toEqual({ least: accuracies[0], median: accuracies[1], greatest: accuracies[2] });
  });

  it('keeps a case without a finished run off the front, cheap as it is', async () => {
    const sweep = await writeSweepFolder(await folder(), { whole: {}, begun: { rounds: 1, exit: null } });
    const rows = summarizeCases(await loadReport([sweep]));
    expect(rows.map(({ onFront, unfinished }) => [onFront, unfinished])).toEqual([
      [true, 0],
      [false, 3],
    ]);
  });
});
