import type { LayerMeasures } from '../../shared/compression/measures.js';
import type { PipelineStage } from '../../shared/compression/pipeline.js';
import type { CompressionFile } from '../../shared/runlog/compression-file.js';
import type { CompressedStage } from '../../shared/runlog/records.js';

/** A stage with a name of its own: steps that come twice are counted. */
export interface NamedStage extends PipelineStage {
  readonly label: string;
  /** Bytes of the original as float32 / bytes stored. */
  readonly ratio: number;
}

export const namedStages = ({ stages }: Pick<CompressionFile, 'stages'>): NamedStage[] => {
  const seen = new Map<string, number>();
  return stages.map((stage) => {
    const count = (seen.get(stage.name) ?? 0) + 1;
    seen.set(stage.name, count);
    return {
      ...stage,
      label: count === 1 ? stage.name : `${stage.name} ${count}`,
      ratio: stages[0].measures.originalBytes / stage.measures.storedBytes,
    };
  });
};

/** Stages as `summary.json` and the console have them. */
export const compressedStages = (file: Pick<CompressionFile, 'stages'>): CompressedStage[] =>
  namedStages(file).map(({ label, ratio, measures, evaluation, warnings }) => ({
    name: label,
    storedBytes: measures.storedBytes,
    ratio,
    parameters: measures.parameters,
    nonzero: measures.nonzero,
    flops: measures.flops,
    effectiveFlops: measures.effectiveFlops,
    accuracy: evaluation.accuracy,
    loss: evaluation.loss,
    warnings: warnings.map(({ code }) => code),
  }));

/** A layer before the pipeline and after it; null where it is not. */
export interface LayerPair {
  readonly name: string;
  readonly before: LayerMeasures | null;
  readonly after: LayerMeasures | null;
}

/** Layers of the first and of the last model, by name, in order; those that came in the middle of a rebuilt one last. */
export const layerPairs = ({ stages }: Pick<CompressionFile, 'stages'>): LayerPair[] => {
  const before = stages[0].measures.layers;
  const after = stages.at(-1)!.measures.layers;
  const names = new Set([...before, ...after].map(({ name }) => name));
  return [...names].map((name) => ({
    name,
    before: before.find((layer) => layer.name === name) ?? null,
    after: after.find((layer) => layer.name === name) ?? null,
  }));
};
