import { z } from 'zod';
import { formatBytes, formatPercent, megabyte } from '../format.js';
import { casePoints, comparedWay, type CasePoint, type Way } from '../summarize.js';
import type { Layer } from './curve-layers.js';
import { nameMarks, placeLabels, type Box } from './labels.js';
import { logTicks } from './log-axis.js';
import type { Plot } from './plot.js';
import { caseScales, config, referenceColor, size, type SeriesScales } from './theme.js';
import { splitName, subtitle } from './words.js';

const rangeText = (least: string, greatest: string): string => (least === greatest ? '' : ` (${least} to ${greatest})`);

const rowOf = ({ label, accuracy, wireBytes, runs, onFront, finished }: CasePoint) => ({
  series: label,
  megabytes: wireBytes.median / megabyte,
  leastMegabytes: wireBytes.least / megabyte,
  greatestMegabytes: wireBytes.greatest / megabyte,
  value: accuracy.median,
  least: accuracy.least,
  greatest: accuracy.greatest,
  front: onFront,
  name: finished ? label : `${label} (unfinished)`,
  about: [
    label,
    `accuracy ${formatPercent(accuracy.median)}${rangeText(formatPercent(accuracy.least), formatPercent(accuracy.greatest))}`,
    `${formatBytes(wireBytes.median)} on the wire${rangeText(formatBytes(wireBytes.least), formatBytes(wireBytes.greatest))}`,
    `${runs} ${runs === 1 ? 'run' : 'runs'}${onFront ? '; on the Pareto front' : ''}`,
  ].join('; '),
});

type Row = ReturnType<typeof rowOf>;

/** Room around the points, so that names and marks stay inside. */
const domains = (rows: readonly Row[]): { x: [number, number]; y: [number, number] } => {
  const low = Math.min(...rows.map(({ least }) => least));
  const high = Math.max(...rows.map(({ greatest }) => greatest));
  const margin = Math.max((high - low) * 0.12, 0.002);
  const left = Math.min(...rows.map(({ leastMegabytes }) => leastMegabytes));
  const right = Math.max(...rows.map(({ greatestMegabytes }) => greatestMegabytes));
  return { x: [left / 1.7, right * 2.2], y: [Math.max(0, low - margin), Math.min(1, high + margin)] };
};

/** The steps of the front as thin rectangles, so that no name lies on them. */
const stepBoxes = (points: readonly { x: number; y: number }[]): Box[] =>
  points
    .toSorted((a, b) => a.x - b.x)
    .flatMap(({ x, y }, index, sorted) => {
      const next = sorted[index + 1];
      if (next === undefined) return [];
      const across = { left: x, right: next.x, top: y - 2, bottom: y + 2 };
      const upwards = { left: next.x - 2, right: next.x + 2, top: next.y, bottom: y };
      return [across, upwards];
    });

const xTitles: Readonly<Record<Way, string>> = {
  total: 'Bytes of the whole run, up and down (MB = 10⁶ bytes, log scale)',
  uplink: 'Bytes of the whole run, up; down is the same for all (MB = 10⁶ bytes, log scale)',
  downlink: 'Bytes of the whole run, down; up is the same for all (MB = 10⁶ bytes, log scale)',
};

/** A name of which more lies on others is left out, but for those on the front. */
const mostCovered = 0.2;

const layers = (rows: readonly Row[], scales: SeriesScales, yTitle: string, xTitle: string): Layer[] => {
  const { x, y } = domains(rows);
  const acrossOf = (megabytes: number): number => (Math.log(megabytes / x[0]) / Math.log(x[1] / x[0])) * size.width;
  const downOf = (accuracy: number): number => ((y[1] - accuracy) / (y[1] - y[0])) * size.height;
  const place = (row: Row) => ({ x: acrossOf(row.megabytes), y: downOf(row.value), text: row.name });
  const bars = rows.map((row) => ({
    left: acrossOf(row.megabytes) - 1,
    right: acrossOf(row.megabytes) + 1,
    top: downOf(row.greatest),
    bottom: downOf(row.least),
  }));
  const steps = stepBoxes(rows.filter((row) => row.front).map(place));
  const byRank = rows.toSorted((a, b) => Number(b.front) - Number(a.front));
  const placed = placeLabels(byRank, place, size, [...bars, ...steps], mostCovered).filter(
    ({ row, covered }) => row.front || covered <= mostCovered,
  );
  const encodingX = {
    field: 'megabytes',
    type: 'quantitative' as const,
    title: xTitle,
    scale: { type: 'log' as const, domain: x, nice: false },
    axis: { format: '~g', values: logTicks(...x) },
  };
  const encodingY = {
    field: 'value',
    type: 'quantitative' as const,
    title: yTitle,
    scale: { domain: y, zero: false, nice: false },
    axis: { format: '~%' },
  };
  const color = { field: 'series', type: 'nominal' as const, scale: scales.color, legend: null };
  const front = rows.filter((row) => row.front);
  const names = placed.flatMap((label) => nameMarks(label, { fontWeight: label.row.front ? 'bold' : 'normal' }));
  return [
    {
      data: { values: front },
      mark: {
        type: 'line',
        interpolate: 'step-after',
        color: referenceColor,
        strokeDash: [4, 3],
        strokeWidth: 1.5,
        aria: false,
      },
      encoding: { x: encodingX, y: encodingY },
    },
    {
      data: { values: [...rows] },
      mark: { type: 'rule', strokeWidth: 1.5, opacity: 0.6, aria: false },
      encoding: { x: encodingX, y: { ...encodingY, field: 'least' }, y2: { field: 'greatest' }, color },
    },
    {
      data: { values: [...rows] },
      mark: { type: 'rule', strokeWidth: 1.5, opacity: 0.6, aria: false },
      encoding: {
        x: { ...encodingX, field: 'leastMegabytes' },
        x2: { field: 'greatestMegabytes' },
        y: encodingY,
        color,
      },
    },
    {
      data: { values: [...rows] },
      mark: { type: 'point', size: 90, opacity: 1, strokeWidth: 2 },
      encoding: {
        x: encodingX,
        y: encodingY,
        color,
        fill: {
          condition: { test: 'datum.front', field: 'series', type: 'nominal', scale: scales.color, legend: null },
          value: 'white',
        },
        description: { field: 'about' },
      },
    },
    ...names.map((mark): Layer => ({ ...mark, encoding: { x: encodingX, y: encodingY, text: { field: 'name' } } })),
  ];
};

export const paretoFront: Plot = {
  name: 'pareto-front',
  summary: 'the cases with the most accuracy for their bytes',
  caption:
    'Last accuracy against the bytes of the whole run, one point a case: the median over its runs, with lines from ' +
    'the least to the greatest. Filled points are on the Pareto front: no other case has more accuracy for fewer bytes. ' +
    'Where all cases send the same one way, the bytes are those of the other. Names that would cover others are left out.',
  options: z.strictObject({}),
  draw: (model) => {
    const rows = casePoints(model.cases)
      .filter(({ wireBytes }) => wireBytes.least > 0)
      .map(rowOf);
    if (model.cases.length < 2 || rows.length === 0) return null;
    const way = comparedWay(model.cases);
    const note = 'Filled: on the Pareto front (dashed). Lines: least to greatest.';
    const bytes = { total: 'total bytes', uplink: 'bytes up', downlink: 'bytes down' }[way];
    return {
      config,
      ...size,
      title: { text: `${splitName(model, 'accuracy')} against ${bytes}`, subtitle: subtitle(model, note) },
      layer: layers(rows, caseScales(model), splitName(model, 'accuracy'), xTitles[way]),
    };
  },
};
