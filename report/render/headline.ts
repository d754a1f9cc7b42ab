import { formatBytes, formatPercent, formatRatio, formatSeconds, formatTarget } from '../format.js';
import type { ReportModel, Run } from '../model.js';
import type { CaseRow } from '../summarize.js';
import { html, type Html } from './html.js';

/** A figure at the top of a page. */
export const figure = (title: string, value: string, note: string): Html =>
  html`<div>
    <dt>${title}</dt>
    <dd>${value}<small>${note}</small></dd>
  </div>`;

const runFigures = ({ summary }: Run): Html[] => {
  const reached = summary.bytesToAccuracy.findLast(({ bytes }) => bytes !== null);
  const figures = [
    figure(
      'Accuracy',
      formatPercent(summary.accuracy),
      `best ${formatPercent(summary.bestAccuracy)}, ${summary.rounds} rounds`,
    ),
    figure(
      'Uplink',
      formatRatio(summary.uplink.ratio),
      `${formatBytes(summary.uplink.denseBytes)} became ${formatBytes(summary.uplink.wireBytes)}`,
    ),
    figure(
      'Both directions',
      formatRatio(summary.total.ratio),
      `${formatBytes(summary.total.denseBytes)} became ${formatBytes(summary.total.wireBytes)}`,
    ),
    figure(
      'Time',
      formatSeconds(summary.wallSeconds),
      `${summary.clientUpdatesPerSecond.toFixed(1)} client updates a second`,
    ),
  ];
  if (reached === undefined) return figures;
  return [
    ...figures,
    figure(`To ${formatTarget(reached.target)}`, formatBytes(reached.bytes), `round ${reached.round}, both directions`),
  ];
};

/** The case that needs the fewest bytes to a target; undefined when none but the baseline gets there, or not even it. */
const bestSaving = (rows: readonly CaseRow[], index: number): { row: CaseRow; saving: number } | undefined =>
  rows
    .filter(({ isBaseline }) => !isBaseline)
    .flatMap((row) => {
      const saving = row.targets[index]?.savingToTarget ?? null;
      return saving === null ? [] : [{ row, saving }];
    })
    .toSorted((a, b) => b.saving - a.saving)[0];

const caseFigures = (model: ReportModel, rows: readonly CaseRow[]): Html[] => {
  const accurate = rows.toSorted((a, b) => (b.accuracy?.median ?? -1) - (a.accuracy?.median ?? -1))[0];
  const front = rows.filter(({ onFront }) => onFront);
  const figures = [
    figure('Cases', String(rows.length), `${model.runs.length} runs`),
    figure('Best accuracy', formatPercent(accurate.accuracy?.median ?? null), accurate.label),
    figure('On the Pareto front', String(front.length), front.map(({ label }) => label).join(', ')),
  ];
  // The highest target that a case reached, and the baseline too, says most.
  const index = model.targets.findLastIndex((_, at) => bestSaving(rows, at) !== undefined);
  const best = bestSaving(rows, index);
  if (best === undefined) return figures;
  const title = `Fewest bytes to ${formatTarget(model.targets[index])}`;
  return [...figures, figure(title, formatRatio(best.saving), `${best.row.label}, fewer than the baseline`)];
};

/** @returns the few figures at the top of the page */
export const headline = (model: ReportModel, rows: readonly CaseRow[]): Html => {
  const figures = model.runs.length === 1 ? runFigures(model.runs[0]) : caseFigures(model, rows);
  return html`<dl class="figures">${figures}</dl>`;
};
