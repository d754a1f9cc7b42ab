import type { DirectionSums, DirectionTotals } from './records.js';

const quotient = (dividend: number, divisor: number): number | null => (divisor > 0 ? dividend / divisor : null);

/** Null means that nothing was entropy-coded, so it adds nothing. */
const addEntropy = (a: number | null, b: number | null): number | null => {
  if (a === null) return b;
  return b === null ? a : a + b;
};

/** @returns the sums with the ratios and errors that follow from them */
export const finishTotals = (sums: DirectionSums): DirectionTotals => ({
  denseBytes: sums.denseBytes,
  payloadBytes: sums.payloadBytes,
  valueBytes: sums.valueBytes,
  messageBytes: sums.messageBytes,
  naiveBytes: sums.naiveBytes,
  entropyBytes: sums.entropyBytes,
  wireBytes: sums.wireBytes,
  transfers: sums.transfers,
  inputEnergy: sums.inputEnergy,
  errorEnergy: sums.errorEnergy,
  freshEnergy: sums.freshEnergy,
  freshErrorEnergy: sums.freshErrorEnergy,
  payloadRatio: sums.denseBytes > 0 ? quotient(sums.denseBytes, sums.valueBytes) : null,
  ratio: sums.denseBytes > 0 ? quotient(sums.denseBytes, sums.wireBytes) : null,
  nmse: quotient(sums.errorEnergy, sums.inputEnergy) ?? 0,
  updateNmse: quotient(sums.freshErrorEnergy, sums.freshEnergy) ?? 0,
});

/** @returns totals of nothing: the neutral element of `addTotals` */
export const emptyTotals = (): DirectionTotals =>
  finishTotals({
    denseBytes: 0,
    payloadBytes: 0,
    valueBytes: 0,
    messageBytes: 0,
    naiveBytes: 0,
    entropyBytes: null,
    wireBytes: 0,
    transfers: 0,
    inputEnergy: 0,
    errorEnergy: 0,
    freshEnergy: 0,
    freshErrorEnergy: 0,
  });

/**
 * Adds what a transfer, a round or a run sent. A part that is left out adds nothing, so
 * `addTotals(totals, { wireBytes: 12 })` counts bytes that belong to no transfer.
 * @returns new totals, ratios of the sums
 */
export const addTotals = (totals: DirectionSums, more: Partial<DirectionSums>): DirectionTotals =>
  finishTotals({
    denseBytes: totals.denseBytes + (more.denseBytes ?? 0),
    payloadBytes: totals.payloadBytes + (more.payloadBytes ?? 0),
    valueBytes: totals.valueBytes + (more.valueBytes ?? 0),
    messageBytes: totals.messageBytes + (more.messageBytes ?? 0),
    naiveBytes: totals.naiveBytes + (more.naiveBytes ?? 0),
    entropyBytes: addEntropy(totals.entropyBytes, more.entropyBytes ?? null),
    wireBytes: totals.wireBytes + (more.wireBytes ?? 0),
    transfers: totals.transfers + (more.transfers ?? 0),
    inputEnergy: totals.inputEnergy + (more.inputEnergy ?? 0),
    errorEnergy: totals.errorEnergy + (more.errorEnergy ?? 0),
    freshEnergy: totals.freshEnergy + (more.freshEnergy ?? 0),
    freshErrorEnergy: totals.freshErrorEnergy + (more.freshErrorEnergy ?? 0),
  });
