import {
  recordVersion,
  type EndRecord,
  type EvaluationRecord,
  type RoundRecord,
  type RunRecord,
  type StartRecord,
  type Summary,
} from './records.js';
import { addTotals, emptyTotals } from './totals.js';

export interface SummaryOptions {
  /** `evaluate.targets` of the scenario: accuracies, 0 to 1. */
  readonly targets: readonly number[];
}

/** Bytes of both directions since the start of the run, by round. */
export interface BytesByRound {
  /** @returns bytes from the start to the end of the round; 0 before round 1 */
  through(round: number): number;
}

/**
 * Adds up what both directions sent.
 * @param rounds in ascending order
 */
export const bytesByRound = (rounds: readonly RoundRecord[], field: 'wireBytes' | 'denseBytes'): BytesByRound => {
  const sums = new Map<number, number>();
  let sum = 0;
  for (const { round, uplink, downlink } of rounds) {
    sum += uplink[field] + downlink[field];
    sums.set(round, sum);
  }
  const through = (round: number): number => {
    // A round without a record sent nothing.
    for (let at = round; at > 0; at--) {
      const bytes = sums.get(at);
      if (bytes !== undefined) return bytes;
    }
    return 0;
  };
  return { through };
};

/** Seconds that the run really took. A resumed run may count its clock from 0 again: the parts add up. */
const wallSecondsOf = (records: readonly RunRecord[]): number => {
  let before = 0;
  let last = 0;
  for (const { type, measured } of records) {
    if (type === 'resume' && measured.t < last) {
      before += last;
      last = 0;
    }
    last = Math.max(last, measured.t);
  }
  return before + last;
};

const bytesToAccuracy = (
  targets: readonly number[],
  evaluations: readonly EvaluationRecord[],
  wire: BytesByRound,
): Summary['bytesToAccuracy'] =>
  targets.map((target) => {
    const first = evaluations.find(({ accuracy }) => accuracy >= target);
    return { target, bytes: first ? wire.through(first.round) : null, round: first?.round ?? null };
  });

const countCodes = (records: readonly RunRecord[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const record of records) if (record.type === 'fault') counts[record.code] = (counts[record.code] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
};

const simulatedSecondsOf = (rounds: readonly RoundRecord[]): number | null =>
  rounds.length === 0 || rounds.some(({ simulatedSeconds }) => simulatedSeconds === null)
    ? null
    : rounds.reduce((sum, { simulatedSeconds }) => sum + simulatedSeconds!, 0);

/** A client keeps what its last accepted update left. Logs of earlier versions don't say. */
const clientStateOf = (records: readonly RunRecord[]): Summary['clientState'] => {
  const kept = new Map<number, number>();
  for (const record of records) if (record.type === 'client') kept.set(record.client, record.stateBytes ?? 0);
  let [mostBytes, bytes] = [0, 0];
  for (const size of kept.values()) {
    mostBytes = Math.max(mostBytes, size);
    bytes += size;
  }
  return { mostBytes, bytes };
};

/**
 * `summary.json` of a run, from its log alone. A run without an `end` record counts as interrupted.
 * @param records of one run, in the order of the log; the first `start` names the run
 */
export const summarize = (records: readonly RunRecord[], options: SummaryOptions): Summary => {
  const start = records.find((record): record is StartRecord => record.type === 'start');
  const end = records.findLast((record): record is EndRecord => record.type === 'end');
  const rounds = records.filter((record): record is RoundRecord => record.type === 'round');
  const evaluations = records
    .filter((record): record is EvaluationRecord => record.type === 'evaluation')
    .toSorted((a, b) => a.round - b.round);
  const uplink = rounds.reduce((totals, round) => addTotals(totals, round.uplink), emptyTotals());
  const downlink = rounds.reduce((totals, round) => addTotals(totals, round.downlink), emptyTotals());
  const denseBytes = uplink.denseBytes + downlink.denseBytes;
  const wireBytes = uplink.wireBytes + downlink.wireBytes;
  const wallSeconds = wallSecondsOf(records);
  const narrower = evaluations.at(-1)?.narrower;
  return {
    v: recordVersion,
    name: start?.name ?? '',
    seed: start?.seed ?? 0,
    rounds: rounds.length,
    accuracy: evaluations.at(-1)?.accuracy ?? null,
    bestAccuracy: evaluations.length === 0 ? null : Math.max(...evaluations.map(({ accuracy }) => accuracy)),
    ...(narrower === undefined ? {} : { narrower }),
    uplink,
    downlink,
    total: { denseBytes, wireBytes, ratio: denseBytes > 0 && wireBytes > 0 ? denseBytes / wireBytes : null },
    bytesToAccuracy: bytesToAccuracy(options.targets, evaluations, bytesByRound(rounds, 'wireBytes')),
    modelHash: rounds.at(-1)?.modelHash ?? start?.modelHash ?? '',
    clientState: clientStateOf(records),
    simulatedSeconds: simulatedSecondsOf(rounds),
    wallSeconds,
    clientUpdatesPerSecond: wallSeconds > 0 ? uplink.transfers / wallSeconds : 0,
    faults: countCodes(records),
    repeatable: records.every((record) => record.type !== 'fault' || record.repeatable === true),
    exit: end?.exit ?? 'interrupted',
    scenarioHash: start?.scenarioHash ?? '',
  };
};
