import { formatBytes, formatNumber, formatPercent, megabyte } from './format.js';
import type { Case, EvaluationRow, RoundRow, Run } from './model.js';
import { bandOf, median, thin } from './statistics.js';

/** More points than this on a line are not seen and only make the page large. */
export const mostPoints = 200;

/** One point of a curve, ready for a picture: a type without methods, so that it is data of a vega-lite spec. */
export type CurvePoint = {
  series: string;
  round: number;
  /** Median over the runs of the case. */
  value: number;
  least: number;
  greatest: number;
  /** Bytes of both directions since the start, median over the runs; in 10^6 bytes. */
  megabytes: number;
  denseMegabytes: number;
  /** What a reader sees who points at it; parts are separated by `; `. */
  about: string;
};

/** The runs' rows of one round, when every run has one: a median over fewer runs would jump where a run ends. */
const sharedRounds = <R extends { round: number }>(runs: readonly (readonly R[])[]): R[][] => {
  const byRound = runs.map((rows) => new Map(rows.map((row) => [row.round, row])));
  return runs[0].flatMap(({ round }) => {
    const rows = byRound.flatMap((map) => map.get(round) ?? []);
    return rows.length === runs.length ? [rows] : [];
  });
};

const rangeText = (least: number, greatest: number, format: (value: number) => string): string =>
  least === greatest ? '' : ` (${format(least)} to ${format(greatest)})`;

const evaluationPoint = (
  series: string,
  rows: readonly EvaluationRow[],
  field: 'accuracy' | 'loss',
): CurvePoint | null => {
  const band = bandOf(rows.map((row) => row[field]));
  if (band === null) return null;
  const wireBytes = median(rows.map((row) => row.wireBytes));
  const denseBytes = median(rows.map((row) => row.denseBytes));
  const format = field === 'accuracy' ? formatPercent : formatNumber;
  const { round } = rows[0];
  const value = `${field} ${format(band.median)}${rangeText(band.least, band.greatest, format)}`;
  return {
    series,
    round,
    value: band.median,
    least: band.least,
    greatest: band.greatest,
    megabytes: wireBytes / megabyte,
    denseMegabytes: denseBytes / megabyte,
    about: `${series}; round ${round}; ${value}; ${formatBytes(wireBytes)} on the wire`,
  };
};

/** @returns accuracy or loss at the evaluations that all counted runs of the case have */
export const evaluationCurve = (one: Case, field: 'accuracy' | 'loss', series = one.label): CurvePoint[] => {
  const shared = sharedRounds(one.counted.map(({ evaluations }) => evaluations));
  const points = shared.flatMap((rows) => evaluationPoint(series, rows, field) ?? []);
  return [...thin(points, mostPoints)];
};

const lossPoint = (series: string, rows: readonly RoundRow[]): CurvePoint | null => {
  const band = bandOf(rows.map(({ trainLoss }) => trainLoss));
  if (band === null) return null;
  const { round } = rows[0];
  const value = `training loss ${formatNumber(band.median)}${rangeText(band.least, band.greatest, formatNumber)}`;
  return {
    series,
    round,
    value: band.median,
    least: band.least,
    greatest: band.greatest,
    megabytes: 0,
    denseMegabytes: 0,
    about: `${series}; round ${round}; ${value}`,
  };
};

const roundsOf = (runs: readonly Run[]): RoundRow[][] => sharedRounds(runs.map(({ rounds }) => rounds));

/** @returns mean local training loss of the rounds that all counted runs of the case have */
export const trainingLossCurve = (one: Case, series = one.label): CurvePoint[] => {
  const points = roundsOf(one.counted).flatMap((rows) => lossPoint(series, rows) ?? []);
  return [...thin(points, mostPoints)];
};

/** Mean of some neighbouring rounds, so that a long run still fits into a picture. */
export interface RoundBin {
  readonly first: number;
  readonly last: number;
  readonly rows: readonly RoundRow[];
}

/** @returns at most `count` bins of equally many rounds each, all runs of the case together */
export const binRounds = (runs: readonly Run[], count: number): RoundBin[] => {
  const shared = roundsOf(runs);
  const size = Math.max(1, Math.ceil(shared.length / count));
  const bins: RoundBin[] = [];
  for (let at = 0; at < shared.length; at += size) {
    const group = shared.slice(at, at + size);
    bins.push({ first: group[0][0].round, last: group.at(-1)![0].round, rows: group.flat() });
  }
  return bins;
};
