import type { CodedPart } from '../shared/method/part-coder.js';
import type { DirectionTotals, EvaluationRecord, PruningRecord } from '../shared/runlog/records.js';
import { addTotals, emptyTotals } from '../shared/runlog/totals.js';
import type { NewRecord, RunLog } from '../shared/runlog/writer.js';
import { sumMeasures } from './measures.js';
import type { RoundOutcome } from './round.js';

/** Where a run stands, for the status line. */
export interface Progress {
  readonly round: number;
  readonly rounds: number;
  /** Of the newest evaluation; null before the first. */
  readonly accuracy: number | null;
  readonly trainLoss: number | null;
  /** Null where nothing is pruned. */
  readonly pruning: PruningRecord | null;
  readonly uplink: DirectionTotals;
  readonly downlink: DirectionTotals;
  readonly dropped: readonly { client: number; reason: string }[];
  /** Real seconds since the program started with this run. */
  readonly seconds: number;
}

/** Codes of drops that the scenario itself asks for: no faults. */
const expected = new Set(['client/late', 'client/no-samples']);
/** Faults that come from real time or from a process that died: a repeat may differ. */
const unrepeatable = new Set(['client/watchdog', 'client/disconnected', 'host/lost', 'host/bad-report']);

/** Writes a run's records, and keeps the sums that the status line shows. */
export class Journal {
  readonly log: RunLog;
  accuracy: number | null = null;
  private pruning: PruningRecord | null = null;
  repeatable: boolean;
  private readonly started: number;
  private uplink = emptyTotals();
  private downlink = emptyTotals();
  private pendingFaults: { code: string; client: number | null; action: string }[] = [];

  /** @param started `performance.now()` at the run's start */
  constructor(log: RunLog, started: number, repeatable: boolean) {
    this.log = log;
    this.started = started;
    this.repeatable = repeatable;
  }

  get seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  get measured(): { t: number } {
    return { t: Number(this.seconds.toFixed(3)) };
  }

  write(record: NewRecord): void {
    this.log.write(record);
  }

  /** A fault that belongs to no client; it is written with the round in which it happened. */
  fault(code: string, action: string): void {
    if (unrepeatable.has(code)) this.repeatable = false;
    this.pendingFaults.push({ code, client: null, action });
  }

  round(
    round: number,
    selected: readonly number[],
    outcome: RoundOutcome,
    link: readonly CodedPart[],
    modelHash: string,
    pruning: PruningRecord | null,
  ): void {
    const { reported, dropped, trainLoss, simulatedSeconds, uplink, clients, reconnectBytes } = outcome;
    // The round's link is coded once and sent from the next round on; its error is this round's.
    const { inputEnergy, errorEnergy, freshEnergy, freshErrorEnergy } = sumMeasures(
      link.map(({ measures }) => measures),
    );
    const downlink = addTotals(outcome.downlink, { inputEnergy, errorEnergy, freshEnergy, freshErrorEnergy });
    const measured = { ...this.measured, rss: process.memoryUsage.rss(), reconnectBytes };
    this.writeFaults(round, dropped);
    for (const client of clients) this.write({ type: 'client', ...client, measured: this.measured });
    this.write({
      type: 'round',
      round,
      selected: [...selected],
      reported: [...reported],
      dropped: [...dropped],
      trainLoss,
      modelHash,
      simulatedSeconds,
      uplink,
      downlink,
      ...(pruning === null ? {} : { pruning }),
      measured,
    });
    this.pruning = pruning;
    this.uplink = addTotals(this.uplink, uplink);
    this.downlink = addTotals(this.downlink, downlink);
  }

  private writeFaults(round: number, dropped: RoundOutcome['dropped']): void {
    const faults = [
      ...this.pendingFaults,
      ...dropped
        .filter(({ reason }) => !expected.has(reason))
        .map(({ client, reason }) => ({ code: reason, client, action: 'dropped from the round' })),
    ];
    this.pendingFaults = [];
    for (const fault of faults) {
      const repeatable = !unrepeatable.has(fault.code);
      if (!repeatable) this.repeatable = false;
      this.write({ type: 'fault', ...fault, round, repeatable, measured: this.measured });
    }
  }

  evaluation(record: Omit<EvaluationRecord, 'type' | 'v' | 'measured'>): void {
    this.accuracy = record.accuracy;
    this.write({ type: 'evaluation', ...record, measured: this.measured });
  }

  progress(round: number, rounds: number, { trainLoss, dropped }: RoundOutcome): Progress {
    const { accuracy, pruning, uplink, downlink, seconds } = this;
    return { round, rounds, accuracy, trainLoss, pruning, uplink, downlink, dropped, seconds };
  }
}
