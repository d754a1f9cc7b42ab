import type { Choice } from '../util/registry.js';
import { measure, type ModelMeasures } from './measures.js';
import type { CompressedModel } from './model.js';
import type { CompressionStep, StepResult } from './step.js';
import type { CompressionEvent, CompressionWarning, Evaluation, Workbench } from './workbench.js';

/** The model after a step of a pipeline, or before the first. */
export interface PipelineStage {
  /** The step's scenario word; `original` for the model that the pipeline began with. */
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly measures: ModelMeasures;
  readonly evaluation: Evaluation;
  readonly warnings: readonly CompressionWarning[];
  /** What the step found out on its way. */
  readonly details?: unknown;
}

/** A step of a pipeline at work. */
export interface PipelineEvent extends CompressionEvent {
  /** Counted from 0. */
  readonly index: number;
  readonly name: string;
  readonly phases: readonly string[];
}

export interface PipelineOptions {
  readonly steps: readonly { readonly step: CompressionStep; readonly choice: Choice }[];
  /** The model to begin with, or after the last of the stages that were done before. */
  readonly model: CompressedModel;
  /** Stages that were done before, where a pipeline goes on; none when left out. */
  readonly stages?: readonly PipelineStage[];
  /** @param hear what the step says goes there */
  readonly bench: (hear: {
    onEvent: (event: CompressionEvent) => void;
    onWarning: (warning: CompressionWarning) => void;
  }) => Workbench;
  readonly evaluate: (model: CompressedModel, bench: Workbench) => Promise<Evaluation>;
  readonly onEvent?: (event: PipelineEvent) => void;
  /** Called after each stage with the model as it is then; waited for. */
  readonly onStage?: (stage: PipelineStage, model: CompressedModel, bench: Workbench) => void | Promise<void>;
}

/** Applies steps to a model, one after the other, and measures it after each. */
export const runPipeline = async (
  options: PipelineOptions,
): Promise<{ model: CompressedModel; stages: readonly PipelineStage[] }> => {
  const { steps, evaluate, onEvent, onStage } = options;
  let at = 0;
  let warnings: CompressionWarning[] = [];
  const bench = options.bench({
    onEvent: (event) => {
      const { step } = steps[at];
      onEvent?.({ ...event, index: at, name: step.name, phases: step.phases });
    },
    onWarning: (warning) => warnings.push(warning),
  });
  const stages: PipelineStage[] = [...(options.stages ?? [])];
  let { model } = options;
  const add = async (name: string, { details, ...of }: StepResult, chosen: PipelineStage['options']): Promise<void> => {
    const found = details === undefined ? {} : { details };
    const measured = { measures: measure(of, stages[0]?.measures), evaluation: await evaluate(of, bench) };
    const stage = { name, options: chosen, ...measured, warnings, ...found };
    model = of;
    warnings = [];
    stages.push(stage);
    await onStage?.(stage, model, bench);
  };
  if (stages.length === 0) await add('original', model, {});
  for (const [index, { step, choice }] of steps.entries()) {
    // The original is a stage, so that of step i is the stage i + 1.
    if (index + 1 < stages.length) continue;
    at = index;
    const chosen = choice[step.name];
    await add(step.name, await step.create(chosen).apply(model, bench), chosen);
  }
  return { model, stages };
};
