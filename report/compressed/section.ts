import type { ReportModel } from '../model.js';
import { html, type Html } from '../render/html.js';
import { stageTable } from './tables.js';

/** More tables of single runs make no page that anyone reads; all runs are in the table of cases. */
const mostTables = 12;

/** What became of the runs' models, for the page of runs. */
export const compressedHtml = ({ runs }: ReportModel): Html[] => {
  const compressed = runs.flatMap(({ name, seed, compression }) =>
    compression === null || compression.stages.length === 0 ? [] : [{ name, seed, compression }],
  );
  if (compressed.length === 0) return [];
  const tables = compressed
    .slice(0, mostTables)
    .map(({ name, seed, compression }) =>
      stageTable(compression, runs.length === 1 ? 'Before and after' : `${name}, seed ${seed}: before and after`),
    );
  return [
    html`<h2>Model compression</h2>
      <p class="quiet">
        Pictures and layers are in <code>compressed/report.html</code> of the run’s folder, the files of the model
        beside it.
      </p>`,
    ...tables,
  ];
};
