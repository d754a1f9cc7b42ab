import type { CompressionFile } from '../shared/runlog/compression-file.js';
import type { CompressedStage } from '../shared/runlog/records.js';
import { formatBytes, formatNumber, formatPercent, formatRatio } from './format.js';
import { textTable, type TextColumn } from './text-table.js';

const columns: readonly TextColumn[] = [
  { title: 'Step' },
  { title: 'accuracy', isNumber: true },
  { title: 'stored', isNumber: true },
  { title: 'ratio', isNumber: true },
  { title: 'parameters', isNumber: true },
  { title: 'not 0', isNumber: true },
  { title: 'MFLOPs', isNumber: true },
  { title: 'needed', isNumber: true },
];

const count = (value: number): string => value.toLocaleString('en-US');
const mega = (flops: number): string => formatNumber(flops / 1e6);

/** @returns a line on how fast the model is in onnxruntime; null where it was not measured */
export const formatSpeed = ({ measured }: Pick<CompressionFile, 'measured'>): string | null => {
  const speed = measured?.speed ?? null;
  if (speed === null) return null;
  const [before, after] = [speed.before, speed.after].map(({ examplesPerSecond }) =>
    count(Math.round(examplesPerSecond)),
  );
  const ratio = formatRatio(speed.after.examplesPerSecond / speed.before.examplesPerSecond);
  return `speed    ${ratio}: ${before} became ${after} examples a second in onnxruntime, one thread`;
};

/** @returns a table of the model before a pipeline and after each of its steps */
export const formatStages = (stages: readonly CompressedStage[]): string =>
  textTable(
    columns,
    stages.map(({ name, accuracy, storedBytes, ratio, parameters, nonzero, flops, effectiveFlops }) => [
      name,
      formatPercent(accuracy),
      formatBytes(storedBytes),
      formatRatio(ratio),
      count(parameters),
      count(nonzero),
      mega(flops),
      mega(effectiveFlops),
    ]),
  );
