import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DirectionTotals, Exit } from '../../shared/runlog/records.js';
import { sweepFileVersion, type SweepFile } from '../../shared/runlog/sweep-file.js';
import { addTotals, emptyTotals } from '../../shared/runlog/totals.js';
import { openRunLog, type RunLog } from '../../shared/runlog/writer.js';

/** A run as it could have been: accuracy follows a saturating curve, bytes follow the sizes given. */
export interface FakeRun {
  name?: string;
  seed?: number;
  rounds?: number;
  /** Accuracy that the curve tends to. */
  ceiling?: number;
  /** Rounds in which the gap to the ceiling falls by a factor of e. */
  pace?: number;
  /** Bytes of values in one update and in one task; 4 × parameters is dense. */
  upBytes?: number;
  downBytes?: number;
  targets?: number[];
  /** Null leaves the end record out: a run that was killed. */
  exit?: Exit | null;
  faults?: { code: string; repeatable?: boolean }[];
  /** More lines of scenario.yaml. */
  scenario?: string;
}

export const parameters = 199_210;
export const perRound = 10;

const defaults = {
  name: 'fake',
  seed: 1,
  rounds: 30,
  ceiling: 0.97,
  pace: 6,
  upBytes: 9_000,
  downBytes: 60_000,
  targets: [0.9, 0.95],
  exit: 'done' as Exit | null,
  faults: [] as { code: string; repeatable?: boolean }[],
  scenario: '',
};

const scenarioText = (run: typeof defaults): string =>
  [
    `name: ${JSON.stringify(run.name)}`,
    `seed: ${run.seed}`,
    `rounds: ${run.rounds}`,
    `uplink: { bytes: ${run.upBytes} }`,
    `downlink: { bytes: ${run.downBytes} }`,
    `evaluate: { every: 1, targets: ${JSON.stringify(run.targets)} }`,
    run.scenario,
  ].join('\n');

export const direction = (valueBytes: number, transfers: number): DirectionTotals =>
  addTotals(emptyTotals(), {
    denseBytes: 4 * parameters * transfers,
    valueBytes: valueBytes * transfers,
    payloadBytes: (valueBytes + 60) * transfers,
    messageBytes: (valueBytes + 160) * transfers,
    naiveBytes: Math.round(valueBytes * 1.6) * transfers,
    entropyBytes: valueBytes < 4 * parameters ? Math.round(valueBytes * 0.97) * transfers : null,
    wireBytes: (valueBytes + 180) * transfers,
    transfers,
    inputEnergy: 2 * transfers,
    errorEnergy: transfers,
    freshEnergy: transfers,
    freshErrorEnergy: transfers,
  });

/** A smooth wiggle that depends on seed and round alone. */
const wiggle = (seed: number, round: number): number =>
  (((seed * 7919 + round * 104_729) % 101) / 101 - 0.5) * 0.03 + (seed - 2) * 0.004;

const accuracyAt = ({ ceiling, pace, seed }: typeof defaults, round: number): number =>
  Math.max(0, ceiling - (ceiling - 0.1) * Math.exp(-round / pace) + (wiggle(seed, round) * pace) / (round + pace));

const hash = (text: string): string => text.padEnd(64, '0');

const writeStart = (log: RunLog, run: typeof defaults): void =>
  log.write({
    type: 'start',
    name: run.name,
    scenarioHash: hash('5ce'),
    seed: run.seed,
    versions: { fedsqueeze: '0.1.0', protocol: 1, engine: 'onnx 1.30.0 plain' },
    dataHash: hash('da7a'),
    partitionHash: hash('9a27'),
    layoutId: hash('1a7'),
    parameters,
    flops: 397_620,
    clients: 100,
    policies: {},
    modelHash: hash('0'),
    measured: { t: 0 },
  });

const writeRound = (log: RunLog, run: typeof defaults, round: number): void => {
  const accuracy = accuracyAt(run, round);
  const modelHash = hash(`${run.seed}${round}`);
  const cohort = Array.from({ length: perRound }, (_, index) => (round * 7 + index * 11) % 100);
  log.write({
    type: 'round',
    round,
    selected: cohort,
    reported: cohort,
    dropped: [],
    trainLoss: 2.3 * Math.exp(-round / run.pace) + 0.1,
    modelHash,
    simulatedSeconds: 1.5,
    uplink: direction(run.upBytes, perRound),
    // Clients that join in the first rounds get the whole model.
    downlink: direction(round <= 5 ? Math.max(run.downBytes, 2 * parameters) : run.downBytes, perRound),
    measured: { t: round * 0.4 },
  });
  log.write({
    type: 'evaluation',
    round,
    split: 'test',
    accuracy,
    loss: 2.3 * (1 - accuracy),
    samples: 10_000,
    modelHash,
    measured: { t: round * 0.4 },
  });
};

/** Writes a run folder through the real writer. */
export const writeRunFolder = async (folder: string, options: FakeRun = {}): Promise<string> => {
  const run = { ...defaults, ...options };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'scenario.yaml'), scenarioText(run));
  const log = openRunLog(join(folder, 'run.jsonl'));
  writeStart(log, run);
  for (let round = 1; round <= run.rounds; round++) writeRound(log, run, round);
  for (const fault of run.faults) {
    log.write({ type: 'fault', round: 1, client: 3, action: 'dropped', ...fault, measured: { t: 1 } });
  }
  if (run.exit !== null) log.write({ type: 'end', exit: run.exit, rounds: run.rounds, measured: { t: 12 } });
  await log.close();
  return folder;
};

/** Cases of a sweep like the one that ships: what they send, and how well and fast they learn. */
export const sweepCases: Record<string, FakeRun> = {
  float32: { upBytes: 4 * parameters, downBytes: 4 * parameters, ceiling: 0.972, pace: 5 },
  '8-bit': { upBytes: 180_000, downBytes: 180_000, ceiling: 0.971, pace: 5 },
  'top-k 1 %': { upBytes: 9_000, downBytes: 120_000, ceiling: 0.968, pace: 7 },
  'stc 1/25': { upBytes: 16_000, downBytes: 90_000, ceiling: 0.969, pace: 6.5 },
  'sign 1-bit': { upBytes: 25_000, downBytes: 150_000, ceiling: 0.95, pace: 8 },
  'random-k 1 %': { upBytes: 8_000, downBytes: 110_000, ceiling: 0.9, pace: 12 },
};

/** Writes the folder of a sweep: each case with three seeds. */
export const writeSweepFolder = async (folder: string, cases = sweepCases): Promise<string> => {
  const points = Object.keys(cases).flatMap((name, index) =>
    [1, 2, 3].map((seed) => ({ name: `case${index}-seed${seed}`, case: name, seed, set: {}, grid: {} })),
  );
  for (const { name, case: caseName, seed } of points) {
    await writeRunFolder(join(folder, 'points', name), { ...cases[caseName], name, seed });
  }
  const sweep: SweepFile = { v: sweepFileVersion, name: 'bandwidth-vs-accuracy', baseline: 'float32', points };
  await writeFile(join(folder, 'sweep.json'), JSON.stringify(sweep));
  return folder;
};
