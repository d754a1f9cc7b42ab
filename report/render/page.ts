import { join } from 'node:path';
import { compressedHtml } from '../compressed/section.js';
import type { ReportModel, Run } from '../model.js';
import type { CaseRow } from '../summarize.js';
import { renderDocument } from './document.js';
import { headline } from './headline.js';
import { html, type Html } from './html.js';
import { pictureHtml, type Picture } from './pictures.js';
import { caseTable, directionTable, faultTable, runTable } from './tables.js';
import { transferTable } from './transfer-table.js';

/** @returns a path as a shell takes it */
const shellPath = (path: string): string =>
  /^[\w./:\\-]+$/.test(path) ? path : `"${path.replace(/(["$`])/g, '\\$1')}"`;

const repeatHtml = (runs: readonly Run[]): Html => {
  const commands = runs.map(({ folder }) => `fedsqueeze run ${shellPath(join(folder, 'scenario.yaml'))}`);
  return html`<h2>To repeat</h2>
    <p class="quiet">
      Each scenario below is complete: the same seed gives the same model, to the bit, on one kind of machine.
    </p>
    <pre>${commands.join('\n')}</pre>`;
};

const identity = ({ start, summary }: Run): string =>
  [
    ['fedsqueeze', start?.versions.fedsqueeze],
    ['engine', start?.versions.engine],
    ['parameters', start?.parameters],
    ['clients', start?.clients],
    ['scenario hash', summary.scenarioHash],
    ['data hash', start?.dataHash],
    ['partition hash', start?.partitionHash],
    ['model hash', summary.modelHash],
  ]
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');

const scenarioHtml = (runs: readonly Run[]): Html[] => {
  const details = runs.map(
    (run) =>
      html`<details>
        <summary>${run.name}, seed ${run.seed}</summary>
        <pre>${identity(run)}</pre>
        <pre>${run.scenario}</pre>
      </details>`,
  );
  return [html`<h2>Scenarios</h2>`, ...details];
};

/** Scenarios of one case differ by their seeds, so one of them is enough. */
const oneRunACase = ({ cases }: ReportModel): Run[] => cases.map(({ counted }) => counted[0]);

const warningsHtml = ({ runs }: ReportModel): Html[] => {
  const unfinished = runs.filter(({ finished }) => !finished);
  const unrepeatable = runs.filter(({ summary }) => !summary.repeatable);
  const names = (some: readonly Run[]): string => some.map(({ name, seed }) => `${name} (seed ${seed})`).join(', ');
  return [
    ...(unfinished.length > 0 ? [html`<p class="warning">Unfinished: ${names(unfinished)}.</p>`] : []),
    ...(unrepeatable.length > 0
      ? [
          html`<p class="warning">
            A repeat may differ, since something depended on real time: ${names(unrepeatable)}.
          </p>`,
        ]
      : []),
  ];
};

const introduction = (model: ReportModel): Html => {
  const seeds = [...new Set(model.runs.map(({ seed }) => seed))].join(', ');
  const runs = model.runs.length === 1 ? 'One run' : `${model.runs.length} runs in ${model.cases.length} cases`;
  return html`<p class="quiet">${runs}, seed ${seeds}. Bytes are counted at the TCP socket; 1 MB = 10⁶ bytes.</p>`;
};

const tablesHtml = (model: ReportModel, rows: readonly CaseRow[]): Html[] => {
  const [first] = model.runs;
  const faults = model.runs.flatMap((run) => run.faults);
  return [
    html`<h2>Tables</h2>`,
    ...(model.cases.length > 1 ? [caseTable(model, rows)] : []),
    runTable(model.runs),
    transferTable(model),
    ...(model.runs.length === 1 ? [directionTable(first)] : []),
    ...(faults.length > 0 ? [faultTable(faults)] : []),
  ];
};

/**
 * Makes the report's page.
 * @param rows one a case, from `summarizeCases`
 */
export const renderPage = (model: ReportModel, rows: readonly CaseRow[], pictures: readonly Picture[]): string =>
  renderDocument(
    model.title,
    html`${introduction(model)} ${warningsHtml(model)} ${headline(model, rows)}
      <h2>Pictures</h2>
      ${pictures.map(pictureHtml)} ${tablesHtml(model, rows)} ${compressedHtml(model)} ${repeatHtml(oneRunACase(model))}
      ${scenarioHtml(oneRunACase(model))}`,
  );
