import type { z } from 'zod';
import { parseOptions } from '../options/parse-options.js';
import type { PlugIn } from '../util/registry.js';
import type { Foreseen } from './foreseen.js';
import type { CompressedModel } from './model.js';
import type { Workbench } from './workbench.js';

/** The families of model compression. */
export type Family = 'pruning' | 'quantization' | 'distillation' | 'compact';

/** What a step makes of a model. */
export interface StepResult extends CompressedModel {
  /** What the step found out on its way, as plain data: it is kept with the results. */
  readonly details?: unknown;
}

/** A step with its options. */
export interface Compressor {
  /**
   * What becomes of a model, as far as it is known before anything is computed: so a long run does not end with an error that
   * could have been told before it.
   * @throws CodedError what `apply` would throw
   */
  foresee(before: Foreseen): Foreseen;
  /**
   * @returns another model; the one given is not changed
   * @throws CodedError `compression/…` where it can't be done, or would do nothing
   */
  apply(model: CompressedModel, bench: Workbench): Promise<StepResult>;
}

/** One method of model compression, applied to a trained model. */
export interface CompressionStep extends PlugIn {
  readonly family: Family | 'training';
  /** What it does, step after step, by the names that progress and log show. */
  readonly phases: readonly string[];
  readonly paper: string;
  /** @throws CodedError `argument/invalid` */
  create(options: unknown): Compressor;
}

/** Declares a step; its options are checked before `create` sees them. */
export const defineStep = <S extends z.ZodObject>(
  step: Omit<CompressionStep, 'options' | 'create'> & { options: S; create(options: z.infer<S>): Compressor },
): CompressionStep => ({
  ...step,
  create: (options) => step.create(parseOptions(step.name, step.options, options)),
});
