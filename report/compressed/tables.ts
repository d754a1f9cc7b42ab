import type { CompressionFile } from '../../shared/runlog/compression-file.js';
import { formatBytes, formatNumber, formatPercent, formatRatio } from '../format.js';
import { htmlTable, type Column, type Html } from '../render/html.js';
import { layerPairs, namedStages, type LayerPair, type NamedStage } from './stages.js';

const count = (value: number): string => value.toLocaleString('en-US');
const mega = (flops: number): string => formatNumber(flops / 1e6);

const stageColumns: readonly Column<NamedStage>[] = [
  { title: 'Step', cell: ({ label }) => label },
  {
    title: 'Accuracy',
    about: 'on the test examples',
    cell: ({ evaluation }) => formatPercent(evaluation.accuracy),
    isNumber: true,
  },
  {
    title: 'Loss',
    about: 'mean cross-entropy, nats',
    cell: ({ evaluation }) => formatNumber(evaluation.loss),
    isNumber: true,
  },
  {
    title: 'Stored',
    about: 'bytes of the compact model file: weights, indices, scales, tables, and the description of the network',
    cell: ({ measures }) => formatBytes(measures.storedBytes),
    isNumber: true,
  },
  {
    title: 'Ratio',
    about: 'bytes of the original as float32 / bytes stored',
    cell: ({ ratio }) => formatRatio(ratio),
    isNumber: true,
  },
  { title: 'Parameters', cell: ({ measures }) => count(measures.parameters), isNumber: true },
  { title: 'Not 0', cell: ({ measures }) => count(measures.nonzero), isNumber: true },
  {
    title: 'MFLOPs',
    about: 'of one example, 2 a multiply and add',
    cell: ({ measures }) => mega(measures.flops),
    isNumber: true,
  },
  {
    title: 'Without zeros',
    about: 'MFLOPs without products by weights that are 0',
    cell: ({ measures }) => mega(measures.effectiveFlops),
    isNumber: true,
  },
  { title: 'Warnings', cell: ({ warnings }) => (warnings.length === 0 ? '' : String(warnings.length)), isNumber: true },
];

/** @returns the model before the pipeline and after each of its steps */
export const stageTable = (compression: CompressionFile, caption = 'Before and after'): Html =>
  htmlTable(caption, stageColumns, namedStages(compression));

/** Before and after, as one where they are the same. */
const change = (before: string, after: string): string => (before === after ? after : `${before} → ${after}`);

const none = '–';

const changeOf = (pair: LayerPair, text: (layer: NonNullable<LayerPair['after']>) => string): string =>
  change(pair.before === null ? none : text(pair.before), pair.after === null ? none : text(pair.after));

const storageText = (layer: LayerPair['after']): string => {
  const storage = layer?.storage ?? null;
  return storage === null ? none : `${storage.format}, ${storage.values}`;
};

const layerColumns: readonly Column<LayerPair>[] = [
  { title: 'Layer', cell: ({ name }) => name },
  { title: 'Kind', cell: ({ before, after }) => (after ?? before)!.kind },
  {
    title: 'Output',
    about: 'before → after',
    cell: (pair) => changeOf(pair, ({ outputShape }) => outputShape.join(' × ')),
  },
  {
    title: 'Parameters',
    about: 'before → after',
    cell: (pair) => changeOf(pair, ({ parameters }) => count(parameters)),
    isNumber: true,
  },
  {
    title: 'Are 0',
    about: 'part of the kernel’s weights, after',
    cell: ({ after }) => formatPercent(after?.sparsity ?? null),
    isNumber: true,
  },
  { title: 'Bits', about: 'of a weight, after', cell: ({ after }) => String(after?.bits ?? none), isNumber: true },
  {
    title: 'Format',
    about: 'where the kernel’s weights stand in the compact model file, and how their values are stored',
    cell: ({ after }) => storageText(after),
  },
  {
    title: 'Bytes',
    about: 'as float32 before → stored after',
    cell: ({ before, after }) =>
      change(
        before === null ? none : formatBytes(4 * before.parameters),
        after === null ? none : formatBytes(after.storedBytes),
      ),
    isNumber: true,
  },
  {
    title: 'MFLOPs',
    about: 'before → after',
    cell: (pair) => changeOf(pair, ({ flops }) => mega(flops)),
    isNumber: true,
  },
  {
    title: 'Without zeros',
    about: 'MFLOPs without products by weights that are 0, after',
    cell: ({ after }) => (after === null ? none : mega(after.effectiveFlops)),
    isNumber: true,
  },
];

/** @returns the layers that have numbers or compute */
export const layerTable = (compression: CompressionFile): Html =>
  htmlTable(
    'Layers',
    layerColumns,
    layerPairs(compression).filter(({ before, after }) =>
      [before, after].some((layer) => layer !== null && layer.parameters + layer.flops > 0),
    ),
  );
