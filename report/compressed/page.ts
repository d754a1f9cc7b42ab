import type { CompressionFile } from '../../shared/runlog/compression-file.js';
import { modelText } from '../choice-text.js';
import { formatBytes, formatNumber, formatPercent, formatRatio } from '../format.js';
import { renderDocument } from '../render/document.js';
import { figure } from '../render/headline.js';
import { html, type Html } from '../render/html.js';
import { pictureHtml, type Picture } from '../render/pictures.js';
import { namedStages } from './stages.js';
import { layerTable, stageTable } from './tables.js';

const endings: Record<CompressionFile['exit'], string> = {
  done: '',
  begun: 'It goes on, or was killed',
  interrupted: 'It was interrupted',
  failed: 'It failed',
};

/** A share of examples with a sign: `−0.12 points`. */
const points = (share: number): string => `${share < 0 ? '−' : '+'}${Math.abs(share * 100).toFixed(2)} points`;

const speedFigures = ({ measured }: CompressionFile): Html[] => {
  const speed = measured?.speed ?? null;
  if (speed === null) return [];
  const { before, after } = speed;
  const rate = (examplesPerSecond: number): string => Math.round(examplesPerSecond).toLocaleString('en-US');
  return [
    figure(
      'Speed',
      formatRatio(after.examplesPerSecond / before.examplesPerSecond),
      `${rate(before.examplesPerSecond)} became ${rate(after.examplesPerSecond)} examples a second, one thread of the machine at hand`,
    ),
  ];
};

const headline = (compression: CompressionFile): Html => {
  const stages = namedStages(compression);
  const [first, last] = [stages[0], stages.at(-1)!];
  const { originalBytes, flops } = first.measures;
  const { storedBytes, effectiveFlops } = last.measures;
  const figures = [
    figure(
      'Compression ratio',
      formatRatio(last.ratio),
      `${formatBytes(originalBytes)} became ${formatBytes(storedBytes)}`,
    ),
    figure(
      'Accuracy',
      formatPercent(last.evaluation.accuracy),
      `${points(last.evaluation.accuracy - first.evaluation.accuracy)}, ${last.evaluation.samples} test examples`,
    ),
    figure(
      'FLOPs',
      last.measures.flops === 0 ? '–' : formatRatio(flops / last.measures.flops),
      `${formatNumber(flops / 1e6)} became ${formatNumber(last.measures.flops / 1e6)} MFLOPs an example`,
    ),
    figure(
      'Without zeros',
      effectiveFlops === 0 ? '–' : formatRatio(flops / effectiveFlops),
      `${formatNumber(effectiveFlops / 1e6)} MFLOPs by weights that are not 0`,
    ),
  ];
  return html`<dl class="figures">${[...figures, ...speedFigures(compression)]}</dl>`;
};

/** More would push the figures out of sight. */
const mostWarnings = 3;

const warningsHtml = (compression: CompressionFile): Html[] => {
  const { exit, steps, stages } = compression;
  const unfinished =
    exit === 'done'
      ? []
      : [
          html`<p class="warning">
            Unfinished: ${endings[exit]} after ${Math.max(0, stages.length - 1)} of ${steps.length} steps.
          </p>`,
        ];
  const said = namedStages(compression).flatMap(({ label, warnings }) =>
    warnings.map(({ message, code }) => html`<p class="warning">${label}: ${message} (${code})</p>`),
  );
  if (said.length <= mostWarnings) return [...unfinished, ...said];
  return [
    ...unfinished,
    html`<details>
      <summary>${said.length} warnings</summary>
      ${said}
    </details>`,
  ];
};

const stepsText = ({ steps }: CompressionFile): string => steps.map((step) => `- ${JSON.stringify(step)}`).join('\n');

/** Makes the page of a folder of model compression. */
export const renderCompressionPage = (compression: CompressionFile, pictures: readonly Picture[]): string => {
  const { name, seed, dataset, model, modelHash, stages } = compression;
  const title = `${name}: the model, compressed`;
  const introduction = html`<p class="quiet">
    ${modelText(model)} on ${dataset}, pipeline seed ${seed}. Sizes are bytes of the compact model file; 1 kB = 10³
    bytes.
  </p>`;
  const body =
    stages.length === 0
      ? html`${introduction} ${warningsHtml(compression)}`
      : html`${introduction} ${warningsHtml(compression)} ${headline(compression)} ${stageTable(compression)}
          <h2>Pictures</h2>
          ${pictures.map(pictureHtml)}
          <h2>Layers</h2>
          ${layerTable(compression)}
          <h2>Steps</h2>
          <pre>${stepsText(compression)}</pre>
          <p class="quiet">Hash of the model that the pipeline began with: <code>${modelHash}</code></p>`;
  return renderDocument(title, body);
};
