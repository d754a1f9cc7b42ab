import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ReportModel, Run } from '../model.js';
import type { Plot } from '../plots/plot.js';
import type { CaseRow } from '../summarize.js';
import { headline } from './headline.js';
import { html, Html } from './html.js';
import { pageScript } from './page-script.js';
import { pageStyle } from './page-style.js';
import { caseTable, directionTable, faultTable, runTable } from './tables.js';
import { transferTable } from './transfer-table.js';

/** A plot that the runs had data for. */
export interface Picture {
  readonly plot: Plot;
  readonly svg: string;
}

const pictureHtml = ({ plot, svg }: Picture): Html =>
  html`<figure id="${plot.name}">
    ${new Html(svg)}
    <figcaption>${plot.caption}</figcaption>
  </figure> `;

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

/** Exactly these bytes: the policy below names their hash. */
const script = new Html(`<script>${pageScript}</script>`);

/** Nothing may be loaded, and only this script may run: a name from a scenario can do no harm. */
const policy = (): string => {
  const hash = createHash('sha256').update(pageScript).digest('base64');
  return `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'`;
};

/**
 * Makes the report's page: one file that opens from disk, with pictures that are there without scripts too.
 * @param rows one a case, from `summarizeCases`
 */
export const renderPage = (model: ReportModel, rows: readonly CaseRow[], pictures: readonly Picture[]): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy()}" />
        <title>${model.title} – fedsqueeze report</title>
        <style>
          ${new Html(pageStyle)}
        </style>
      </head>
      <body>
        <main>
          <h1>${model.title}</h1>
          ${introduction(model)} ${warningsHtml(model)} ${headline(model, rows)}
          <h2>Pictures</h2>
          ${pictures.map(pictureHtml)} ${tablesHtml(model, rows)} ${repeatHtml(oneRunACase(model))}
          ${scenarioHtml(oneRunACase(model))}
        </main>
        <div id="tip" role="status" hidden></div>
        ${script}
      </body>
    </html> `.text;
