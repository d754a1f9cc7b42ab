import type { CompressionFile } from '../../shared/runlog/compression-file.js';
import { toCsv } from '../export/csv.js';
import type { ReportFormat } from '../formats.js';
import { drawPictures, svgFiles, type Drawn, type File } from '../render/pictures.js';
import { renderCompressionPage } from './page.js';
import { modelPlots } from './plots/index.js';
import { layerRows, stageRows } from './rows.js';

const noPictures: Drawn = { pictures: [], pngs: [] };

/** The report of a folder of model compression: `report.html`, `plots/NAME.svg` and `.png`, `tables/NAME.csv`. */
export const compressionFiles = async (
  compression: CompressionFile,
  formats: readonly ReportFormat[],
): Promise<File[]> => {
  const draws = compression.stages.length > 0 && formats.some((format) => format !== 'csv');
  const { pictures, pngs } = draws
    ? await drawPictures(modelPlots.all, compression, formats.includes('png'))
    : noPictures;
  const makers: Record<ReportFormat, () => readonly File[]> = {
    html: () => [['report.html', renderCompressionPage(compression, pictures)]],
    svg: () => svgFiles(pictures),
    png: () => pngs,
    csv: () => [
      ['tables/stages.csv', toCsv(stageRows(compression))],
      ['tables/layers.csv', toCsv(layerRows(compression))],
    ],
  };
  return formats.flatMap((format) => makers[format]());
};
