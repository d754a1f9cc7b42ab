import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DirectionSums, RoundRecord, RunRecord } from '../../shared/runlog/records.js';
import { summarize } from '../../shared/runlog/summary.js';
import { addTotals, emptyTotals, finishTotals } from '../../shared/runlog/totals.js';

const whole = fc.integer({ min: 0, max: 1e9 });

const sums: fc.Arbitrary<DirectionSums> = fc.record({
  denseBytes: whole,
  payloadBytes: whole,
  valueBytes: whole,
  messageBytes: whole,
  naiveBytes: whole,
  entropyBytes: fc.option(whole),
  wireBytes: whole,
  transfers: whole,
  inputEnergy: whole,
  errorEnergy: whole,
  freshEnergy: whole,
  freshErrorEnergy: whole,
});

const round = (number: number, wireBytes: number, more: Partial<RoundRecord> = {}): RoundRecord => ({
  type: 'round',
  v: 1,
  round: number,
  selected: [1],
  reported: [1],
  dropped: [],
  trainLoss: 1,
  modelHash: `hash${number}`,
  simulatedSeconds: 2,
  uplink: addTotals(emptyTotals(), { denseBytes: 4000, valueBytes: 90, wireBytes, transfers: 1 }),
  downlink: addTotals(emptyTotals(), { denseBytes: 4000, valueBytes: 4000, wireBytes: 4100, transfers: 1 }),
  measured: { t: number },
  ...more,
});

const evaluation = (number: number, accuracy: number): RunRecord => ({
  type: 'evaluation',
  v: 1,
  round: number,
  split: 'test',
  accuracy,
  loss: 1,
  samples: 100,
  modelHash: `hash${number}`,
  measured: { t: number + 0.5 },
});

describe('totals', () => {
  it('are additive: any order and any grouping gives the same', () => {
    fc.assert(
      fc.property(sums, sums, sums, (a, b, c) => {
        const left = addTotals(addTotals(addTotals(emptyTotals(), a), b), c);
        const right = addTotals(addTotals(addTotals(emptyTotals(), c), a), b);
        const grouped = addTotals(finishTotals(a), addTotals(finishTotals(b), c));
        expect(right).toEqual(left);
        expect(grouped).toEqual(left);
      }),
    );
  });

  it('have ratios of sums, not means of ratios', () => {
    const first = addTotals(emptyTotals(), {
      denseBytes: 1000,
      valueBytes: 10,
      wireBytes: 100,
      inputEnergy: 9,
      errorEnergy: 9,
    });
    const both = addTotals(first, {
      denseBytes: 1000,
      valueBytes: 990,
      wireBytes: 1900,
      inputEnergy: 1,
      errorEnergy: 0,
    });
    expect(both).toMatchObject({ payloadRatio: 2, ratio: 1, nmse: 0.9 });
  });

  it('have no ratio without a transfer, and no error where the input is 0', () => {
    expect(emptyTotals()).toMatchObject({
      payloadRatio: null,
      ratio: null,
      nmse: 0,
      updateNmse: 0,
      entropyBytes: null,
    });
    expect(addTotals(emptyTotals(), { wireBytes: 50 })).toMatchObject({ ratio: null, wireBytes: 50 });
  });

  it('are exactly 1 for dense float32', () => {
    expect(addTotals(emptyTotals(), { denseBytes: 796_840, valueBytes: 796_840 }).payloadRatio).toBe(1);
  });
});

describe('summary', () => {
  const records: RunRecord[] = [
    round(1, 100),
    evaluation(1, 0.5),
    round(2, 200),
    evaluation(2, 0.92),
    round(3, 300),
    evaluation(3, 0.91),
    {
      type: 'end',
      v: 1,
      exit: 'done',
      rounds: 3,
      measured: { t: 10, closingUplinkBytes: 1000, closingDownlinkBytes: 1000 },
    },
  ];
  const targets = [0.5, 0.9, 0.99];

  it('adds up the directions; bytes of closing are in no total', () => {
    const summary = summarize(records, { targets });
    expect(summary.uplink).toMatchObject({ denseBytes: 12_000, wireBytes: 600, ratio: 20, transfers: 3 });
    expect(summary.total).toEqual({ denseBytes: 24_000, wireBytes: 600 + 12_300, ratio: 24_000 / 12_900 });
    expect(summary).toMatchObject({ rounds: 3, accuracy: 0.91, bestAccuracy: 0.92, modelHash: 'hash3', exit: 'done' });
    expect(summary).toMatchObject({ simulatedSeconds: 6, wallSeconds: 10, clientUpdatesPerSecond: 0.3 });
  });

  it('adds up what clients keep, each as of its last update', () => {
    const client = (number: number, inRound: number, stateBytes: number): RunRecord => ({
      type: 'client',
      v: 1,
      round: inRound,
      client: number,
      samples: 1,
      denseBytes: 4,
      naiveBytes: 4,
      entropyBytes: null,
      payloadBytes: 4,
      uplinkWireBytes: 1,
      downlinkWireBytes: 1,
      parts: [],
      nmse: 0,
      loss: 1,
      stateBytes,
      simulatedSeconds: null,
      measured: { t: inRound },
    });
    const some = [client(3, 1, 400), client(5, 1, 100), client(3, 2, 800), client(3, 3, 300)];
    expect(summarize([...records, ...some], { targets }).clientState).toEqual({ mostBytes: 300, bytes: 400 });
    expect(summarize(records, { targets }).clientState).toEqual({ mostBytes: 0, bytes: 0 });
  });

  it('counts bytes of both directions to the first evaluation at or above a target', () => {
    expect(summarize(records, { targets }).bytesToAccuracy).toEqual([
      { target: 0.5, bytes: 4200, round: 1 },
      { target: 0.9, bytes: 8500, round: 2 },
      { target: 0.99, bytes: null, round: null },
    ]);
  });

  it('goes by the round of an evaluation, not by when it ends', () => {
    const late = [round(1, 100), round(2, 200), evaluation(2, 0.92), evaluation(1, 0.6)];
    const summary = summarize(late, { targets: [0.6] });
    expect(summary.bytesToAccuracy[0]).toEqual({ target: 0.6, bytes: 4200, round: 1 });
    expect(summary.accuracy).toBe(0.92);
  });

  it('counts an evaluation of the first model as free', () => {
    expect(summarize([evaluation(0, 0.6), round(1, 100)], { targets: [0.5] }).bytesToAccuracy[0].bytes).toBe(0);
  });

  it('counts faults by code and is repeatable only when the seed decided all of them', () => {
    const fault = (code: string, more = {}): RunRecord => ({
      type: 'fault',
      v: 1,
      code,
      round: 1,
      client: 1,
      action: 'dropped',
      measured: { t: 1 },
      ...more,
    });
    const simulated = [
      ...records,
      fault('b', { repeatable: true }),
      fault('a', { repeatable: true }),
      fault('b', { repeatable: true }),
    ];
    expect(summarize(simulated, { targets })).toMatchObject({ faults: { a: 1, b: 2 }, repeatable: true });
    expect(Object.keys(summarize(simulated, { targets }).faults)).toEqual(['a', 'b']);
    expect(summarize([...simulated, fault('c')], { targets }).repeatable).toBe(false);
    expect(summarize(records, { targets }).repeatable).toBe(true);
  });

  it('has no simulated time without a network, and no accuracy without an evaluation', () => {
    const summary = summarize([round(1, 100, { simulatedSeconds: null }), round(2, 100)], { targets: [0.5] });
    expect(summary).toMatchObject({ simulatedSeconds: null, accuracy: null, bestAccuracy: null, exit: 'interrupted' });
  });

  it('adds the time of a resumed run whose clock began again', () => {
    const resume: RunRecord = { type: 'resume', v: 1, round: 1, measured: { t: 0.2 } };
    const again = [round(1, 100, { measured: { t: 5 } }), resume, round(2, 100, { measured: { t: 3 } })];
    expect(summarize(again, { targets: [] }).wallSeconds).toBe(8);
    const going = [
      round(1, 100, { measured: { t: 5 } }),
      { ...resume, measured: { t: 6 } },
      round(2, 100, { measured: { t: 9 } }),
    ];
    expect(summarize(going, { targets: [] }).wallSeconds).toBe(9);
  });

  it('of nothing is empty, not an error', () => {
    expect(summarize([], { targets: [0.9] })).toMatchObject({
      rounds: 0,
      exit: 'interrupted',
      clientUpdatesPerSecond: 0,
    });
  });
});
