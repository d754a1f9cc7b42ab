import type { CompressionFile } from '../../shared/runlog/compression-file.js';
import type { Cell } from '../export/csv.js';
import { namedStages } from './stages.js';

type Row = Readonly<Record<string, Cell>>;

/** One row a stage, for `tables/stages.csv`. */
export const stageRows = (compression: CompressionFile): Row[] =>
  namedStages(compression).map(({ label, ratio, measures, evaluation, options, warnings }) => ({
    step: label,
    options: JSON.stringify(options),
    accuracy: evaluation.accuracy,
    loss: evaluation.loss,
    samples: evaluation.samples,
    originalBytes: measures.originalBytes,
    storedBytes: measures.storedBytes,
    ratio,
    parameters: measures.parameters,
    nonzero: measures.nonzero,
    flops: measures.flops,
    effectiveFlops: measures.effectiveFlops,
    warnings: warnings.map(({ code }) => code).join(' '),
  }));

/** One row a stage and layer, for `tables/layers.csv`. */
export const layerRows = (compression: CompressionFile): Row[] =>
  namedStages(compression).flatMap(({ label, measures }) =>
    measures.layers.map((layer) => ({
      step: label,
      layer: layer.name,
      kind: layer.kind,
      output: layer.outputShape.join('x'),
      parameters: layer.parameters,
      nonzero: layer.nonzero,
      sparsity: layer.sparsity,
      bits: layer.bits,
      storedBytes: layer.storedBytes,
      format: layer.storage?.format,
      values: layer.storage?.values,
      flops: layer.flops,
      effectiveFlops: layer.effectiveFlops,
    })),
  );
