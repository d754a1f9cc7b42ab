import type { Measures } from '../shared/codec/codec.js';
import type { DirectionSums } from '../shared/runlog/records.js';

type MeasuredSums = Omit<DirectionSums, 'denseBytes' | 'messageBytes' | 'wireBytes' | 'transfers'>;

/** The sums of some parts' measures; entropy counts where something was entropy-coded. */
export const sumMeasures = (all: readonly Measures[]): MeasuredSums => {
  const sum = (pick: (measures: Measures) => number): number =>
    all.reduce((total, measures) => total + pick(measures), 0);
  const coded = all.filter(({ entropyBytes }) => entropyBytes !== null);
  return {
    payloadBytes: sum(({ payloadBytes }) => payloadBytes),
    valueBytes: sum(({ valueBytes }) => valueBytes),
    naiveBytes: sum(({ naiveBytes }) => naiveBytes),
    entropyBytes: coded.length === 0 ? null : coded.reduce((total, { entropyBytes }) => total + entropyBytes!, 0),
    inputEnergy: sum(({ inputEnergy }) => inputEnergy),
    errorEnergy: sum(({ errorEnergy }) => errorEnergy),
    freshEnergy: sum(({ freshEnergy }) => freshEnergy),
    freshErrorEnergy: sum(({ freshErrorEnergy }) => freshErrorEnergy),
  };
};
