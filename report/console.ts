import type { DirectionTotals, Summary } from '../shared/runlog/records.js';
import {
  formatBytes,
  formatMegabytes,
  formatPercent,
  formatRatio,
  formatRounds,
  formatSeconds,
  formatTarget,
} from './format.js';
import type { ReportModel } from './model.js';
import { summarizeCases, widthsOf, type CaseRow } from './summarize.js';
import { textPairs, textTable, type TextColumn } from './text-table.js';

const directionColumns: readonly TextColumn[] = [
  { title: 'Bytes' },
  { title: 'dense float32', isNumber: true },
  { title: 'coded payload', isNumber: true },
  { title: 'on the wire', isNumber: true },
  { title: 'ratio', isNumber: true },
];

const directionRow = (name: string, { denseBytes, payloadBytes, wireBytes, ratio }: DirectionTotals): string[] => [
  name,
  formatBytes(denseBytes),
  formatBytes(payloadBytes),
  formatBytes(wireBytes),
  formatRatio(ratio),
];

const bytesTable = ({ uplink, downlink, total }: Summary): string =>
  textTable(directionColumns, [
    directionRow('uplink', uplink),
    directionRow('downlink', downlink),
    [
      'both directions',
      formatBytes(total.denseBytes),
      formatBytes(uplink.payloadBytes + downlink.payloadBytes),
      formatBytes(total.wireBytes),
      formatRatio(total.ratio),
    ],
  ]);

const endings: Record<Summary['exit'], string> = {
  done: 'all rounds done',
  stopped: 'stopped at the target accuracy',
  interrupted: 'interrupted',
  failed: 'failed',
};

const narrowerPairs = ({ narrower = [] }: Summary): [string, string][] =>
  narrower.map(({ width, accuracy }) => [`width ${width}`, `${formatPercent(accuracy)} by itself`]);

const targetPairs = ({ bytesToAccuracy }: Summary): [string, string][] =>
  bytesToAccuracy.map(({ target, bytes, round }) => [
    `to ${formatTarget(target)}`,
    bytes === null ? 'not reached' : `${formatBytes(bytes)} in both directions, round ${round}`,
  ]);

const faultPairs = ({ faults, repeatable }: Summary): [string, string][] => {
  const counts = Object.entries(faults).map(([code, count]) => `${count} × ${code}`);
  const pairs: [string, string][] = counts.length === 0 ? [] : [['faults', counts.join(', ')]];
  return repeatable ? pairs : [...pairs, ['repeatable', 'no: a repeat may differ']];
};

/** @returns the table that a run ends with, without a line break at the end */
export const formatSummary = (summary: Summary): string => {
  const { accuracy, bestAccuracy, rounds, exit, wallSeconds, simulatedSeconds, clientUpdatesPerSecond } = summary;
  const simulated = simulatedSeconds === null ? '' : `, ${formatSeconds(simulatedSeconds)} simulated`;
  return [
    textPairs([
      ['run', `${summary.name}, seed ${summary.seed}`],
      ['rounds', `${rounds} (${endings[exit]})`],
      ['accuracy', `${formatPercent(accuracy)} (best ${formatPercent(bestAccuracy)})`],
      ...narrowerPairs(summary),
      ...targetPairs(summary),
      [
        'time',
        `${formatSeconds(wallSeconds)}${simulated}, ${clientUpdatesPerSecond.toFixed(1)} client updates a second`,
      ],
      ...faultPairs(summary),
      ['model', summary.modelHash],
    ]),
    bytesTable(summary),
  ].join('\n\n');
};

const compressedCells = ({ compressed }: CaseRow): string[] => [
  formatPercent(compressed?.accuracy.median ?? null),
  formatBytes(compressed?.storedBytes.median ?? null),
  formatRatio(compressed?.ratio.median ?? null),
];

const sweepRow = (row: CaseRow, widths: readonly number[], hasCompressed: boolean): string[] => [
  `${row.label}${row.isBaseline ? ' (baseline)' : ''}`,
  row.unfinished === 0 ? String(row.runs) : `${row.runs - row.unfinished} of ${row.runs}`,
  formatPercent(row.accuracy?.median ?? null),
  ...widths.map((width) => formatPercent(row.narrower.get(width)?.median ?? null)),
  formatRatio(row.uplinkRatio?.median ?? null),
  formatRatio(row.totalRatio?.median ?? null),
  formatMegabytes(row.uplinkWireBytes?.median ?? null),
  formatMegabytes(row.downlinkWireBytes?.median ?? null),
  ...row.targets.flatMap(({ round, roundsToBaseline, bytes, savingToTarget }) => [
    formatRounds(round, roundsToBaseline),
    formatMegabytes(bytes),
    formatRatio(savingToTarget),
  ]),
  ...(hasCompressed ? compressedCells(row) : []),
  formatSeconds(row.wallSeconds?.median ?? null),
  row.onFront ? '★' : '',
];

/** @returns the table of cases that a sweep ends with: medians over seeds; MB = 10^6 bytes; ★ on the Pareto front */
export const formatSweep = (model: ReportModel): string => {
  const rows = summarizeCases(model);
  const widths = widthsOf(rows);
  const hasCompressed = rows.some(({ compressed }) => compressed !== null);
  const numbers = (...titles: string[]): TextColumn[] => titles.map((title) => ({ title, isNumber: true }));
  const columns = [
    { title: 'case' },
    ...numbers('runs', 'accuracy', ...widths.map((width) => `at width ${width}`)),
    ...numbers('uplink', 'both', 'MB up', 'MB down'),
    ...model.targets.flatMap((target) => numbers(`rounds to ${formatTarget(target)}`, 'MB', 'saving')),
    ...(hasCompressed ? numbers('compressed', 'stored', 'ratio') : []),
    ...numbers('time'),
    { title: 'front' },
  ];
  return textTable(
    columns,
    rows.map((row) => sweepRow(row, widths, hasCompressed)),
  );
};
