import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { toCsv } from './export/csv.js';
import { evaluationRows, roundRows, runRows } from './export/rows.js';
import { reportFormats, type ReportFormat } from './formats.js';
import { loadReport } from './load.js';
import type { ReportModel } from './model.js';
import { plots } from './plots/index.js';
import { renderPage, type Picture } from './render/page.js';
import { renderPng } from './render/png.js';
import { renderSvg } from './render/svg.js';
import { summarizeCases } from './summarize.js';

export interface ReportOptions {
  /** Folder for the files; by default the run's or the sweep's own, or `report` for several. */
  readonly out?: string;
  /** All when left out. */
  readonly formats?: readonly ReportFormat[];
  /** Label of the case that savings are measured against; by default the sweep's own. */
  readonly baseline?: string;
}

export interface WrittenReport {
  /** Path of the page, also when it was not written. */
  readonly html: string;
  /** All files that were written. */
  readonly files: readonly string[];
}

type File = readonly [path: string, content: string | Uint8Array];

interface Drawn {
  readonly pictures: readonly Picture[];
  readonly pngs: readonly File[];
}

const pngFile = async ({ plot, svg }: Picture): Promise<File> => [`plots/${plot.name}.png`, await renderPng(svg)];

/** Draws each plot once. A PNG is made on another thread while the next plot is drawn. */
const draw = async (model: ReportModel, withPngs: boolean): Promise<Drawn> => {
  const pictures: Picture[] = [];
  const pngs: Promise<File>[] = [];
  try {
    for (const plot of plots.all) {
      const spec = plot.draw(model);
      if (spec === null) continue;
      const picture = { plot, svg: await renderSvg(spec) };
      pictures.push(picture);
      if (withPngs) pngs.push(pngFile(picture));
    }
  } finally {
    // When a plot fails, its error is the one to tell, not that of a PNG nobody waits for.
    await Promise.allSettled(pngs);
  }
  return { pictures, pngs: await Promise.all(pngs) };
};

const noPictures: Drawn = { pictures: [], pngs: [] };

const filesOf = async (model: ReportModel, formats: readonly ReportFormat[]): Promise<File[]> => {
  const needsPictures = formats.some((format) => format !== 'csv');
  const { pictures, pngs } = needsPictures ? await draw(model, formats.includes('png')) : noPictures;
  const makers: Record<ReportFormat, () => readonly File[]> = {
    html: () => [['report.html', renderPage(model, summarizeCases(model), pictures)]],
    svg: () => pictures.map(({ plot, svg }) => [`plots/${plot.name}.svg`, svg]),
    png: () => pngs,
    csv: () => [
      ['tables/runs.csv', toCsv(runRows(model))],
      ['tables/rounds.csv', toCsv(roundRows(model))],
      ['tables/evaluations.csv', toCsv(evaluationRows(model))],
    ],
  };
  return formats.flatMap((format) => makers[format]());
};

/**
 * Writes the report of run folders and folders of sweeps: `report.html`, `plots/NAME.svg` and `.png`,
 * `tables/NAME.csv`. Each plot is rendered once.
 * @throws CodedError `report/not-a-run`, `report/bad-file`, `runlog/bad-line`, `runlog/bad-version`,
 * `argument/unknown-name`
 */
export const writeReport = async (folders: readonly string[], options: ReportOptions = {}): Promise<WrittenReport> => {
  const model = await loadReport(folders, options.baseline);
  const out = options.out ?? (folders.length === 1 ? folders[0] : 'report');
  const files = await filesOf(model, options.formats ?? reportFormats);
  for (const [name, content] of files) {
    const path = join(out, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return { html: join(out, 'report.html'), files: files.map(([name]) => join(out, name)) };
};
