import { join } from 'node:path';
import { parse } from 'yaml';
import { compressedFolder, type CompressionFile } from '../shared/runlog/compression-file.js';
import { readRunLog } from '../shared/runlog/reader.js';
import type {
  EvaluationRecord,
  FaultRecord,
  RoundRecord,
  RunRecord,
  StartRecord,
  Summary,
} from '../shared/runlog/records.js';
import { bytesByRound, summarize } from '../shared/runlog/summary.js';
import { CodedError, messageOf } from '../shared/util/errors.js';
import { isCompressionFolder, readCompression } from './compressed/load.js';
import { readText } from './files.js';
import type { EvaluationRow, RoundRow, Run } from './model.js';

const parseScenario = (text: string, path: string): Record<string, unknown> => {
  let value: unknown;
  try {
    value = parse(text);
  } catch (cause) {
    throw new CodedError('report/bad-file', `The scenario is not YAML: ${messageOf(cause)}`, { where: path, cause });
  }
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new CodedError('report/bad-file', 'The scenario is not a YAML mapping.', { where: path });
};

const targetsOf = (scenario: Record<string, unknown>): number[] => {
  const targets = (scenario.evaluate as { targets?: unknown } | null | undefined)?.targets;
  return Array.isArray(targets) ? targets.filter((target) => typeof target === 'number') : [];
};

/** Objects with the same content give the same text, whatever the order of their keys. */
const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner)]));
};

/** Runs of one scenario that differ by seed, and in how they are called, are repeats. */
const caseKeyOf = (scenario: Record<string, unknown>): string =>
  JSON.stringify(canonical({ ...scenario, name: null, seed: null }));

const toRoundRow = (record: RoundRecord): RoundRow => ({
  round: record.round,
  selected: record.selected.length,
  reported: record.reported.length,
  dropped: record.dropped.length,
  trainLoss: record.trainLoss,
  simulatedSeconds: record.simulatedSeconds,
  uplink: record.uplink,
  downlink: record.downlink,
});

const evaluationRows = (evaluations: readonly EvaluationRecord[], rounds: readonly RoundRecord[]): EvaluationRow[] => {
  const wire = bytesByRound(rounds, 'wireBytes');
  const dense = bytesByRound(rounds, 'denseBytes');
  const ordered = evaluations.toSorted((a, b) => a.round - b.round);
  return ordered.map(({ round, split, accuracy, loss, samples }) => ({
    round,
    split,
    accuracy,
    loss,
    samples,
    wireBytes: wire.through(round),
    denseBytes: dense.through(round),
  }));
};

const ofType = <T extends RunRecord['type']>(records: readonly RunRecord[], type: T) =>
  records.filter((record): record is Extract<RunRecord, { type: T }> => record.type === type);

const compressionOf = async (folder: string): Promise<CompressionFile | null> =>
  (await isCompressionFolder(folder)) ? readCompression(folder) : null;

const isFinished = ({ exit }: Summary): boolean => exit === 'done' || exit === 'stopped';

/**
 * Reads one run folder. Everything is made from the log, so a run that was interrupted, or goes on, is read as well.
 * @throws CodedError `report/bad-file`, `runlog/bad-line`, `runlog/bad-version`
 */
export const readRunFolder = async (folder: string): Promise<Run> => {
  const scenarioPath = join(folder, 'scenario.yaml');
  const text = await readText(scenarioPath);
  const scenario = parseScenario(text, scenarioPath);
  const { records, cutBytes } = await readRunLog(join(folder, 'run.jsonl'));
  const rounds = ofType(records, 'round').toSorted((a, b) => a.round - b.round);
  const summary = summarize(records, { targets: targetsOf(scenario) });
  const start: StartRecord | null = ofType(records, 'start')[0] ?? null;
  const faults: FaultRecord[] = ofType(records, 'fault');
  const name = summary.name === '' ? String(scenario.name ?? folder) : summary.name;
  return {
    folder,
    name,
    seed: start?.seed ?? Number(scenario.seed ?? 0),
    caseKey: caseKeyOf(scenario),
    caseLabel: name,
    baselineKey: null,
    scenario: text,
    finished: isFinished(summary),
    start,
    summary,
    rounds: rounds.map(toRoundRow),
    evaluations: evaluationRows(ofType(records, 'evaluation'), rounds),
    faults,
    cutBytes,
    compression: await compressionOf(join(folder, compressedFolder)),
  };
};
