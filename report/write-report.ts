import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CodedError } from '../shared/util/errors.js';
import { compressionFiles } from './compressed/files.js';
import { isCompressionFolder, readCompression } from './compressed/load.js';
import { toCsv } from './export/csv.js';
import { evaluationRows, roundRows, runRows } from './export/rows.js';
import { reportFormats, type ReportFormat } from './formats.js';
import { loadReport } from './load.js';
import type { ReportModel } from './model.js';
import { plots } from './plots/index.js';
import { renderPage } from './render/page.js';
import { drawPictures, svgFiles, type Drawn, type File } from './render/pictures.js';
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

const noPictures: Drawn = { pictures: [], pngs: [] };

const filesOf = async (model: ReportModel, formats: readonly ReportFormat[]): Promise<File[]> => {
  const needsPictures = formats.some((format) => format !== 'csv');
  const { pictures, pngs } = needsPictures ? await drawPictures(plots.all, model, formats.includes('png')) : noPictures;
  const makers: Record<ReportFormat, () => readonly File[]> = {
    html: () => [['report.html', renderPage(model, summarizeCases(model), pictures)]],
    svg: () => svgFiles(pictures),
    png: () => pngs,
    csv: () => [
      ['tables/runs.csv', toCsv(runRows(model))],
      ['tables/rounds.csv', toCsv(roundRows(model))],
      ['tables/evaluations.csv', toCsv(evaluationRows(model))],
    ],
  };
  return formats.flatMap((format) => makers[format]());
};

const isCompressed = async (folders: readonly string[]): Promise<boolean> => {
  const found = [];
  for (const folder of folders) if (await isCompressionFolder(folder)) found.push(folder);
  if (found.length > 0 && folders.length > 1) {
    throw new CodedError('argument/invalid', 'A folder of model compression is reported alone.', {
      where: found[0],
      hint: 'Give it without other folders; a run’s own report has it too.',
    });
  }
  return found.length > 0;
};

/**
 * Writes the report of run folders and folders of sweeps, or of a folder of model compression: `report.html`,
 * `plots/NAME.svg` and `.png`, `tables/NAME.csv`. Each plot is rendered once.
 * @throws CodedError `report/not-a-run`, `report/bad-file`, `runlog/bad-line`, `runlog/bad-version`,
 * `argument/unknown-name`, `argument/invalid`
 */
export const writeReport = async (folders: readonly string[], options: ReportOptions = {}): Promise<WrittenReport> => {
  const out = options.out ?? (folders.length === 1 ? folders[0] : 'report');
  const formats = options.formats ?? reportFormats;
  const files = (await isCompressed(folders))
    ? await compressionFiles(await readCompression(folders[0]), formats)
    : await filesOf(await loadReport(folders, options.baseline), formats);
  for (const [name, content] of files) {
    const path = join(out, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return { html: join(out, 'report.html'), files: files.map(([name]) => join(out, name)) };
};
