import type { EvaluationResult } from '../shared/engine/engine.js';
import { ChildWorker } from './child-worker.js';

/** What the evaluation process needs to know, once. */
export interface EvaluatorSetup {
  readonly scenario: string;
}

/** The model's floats in canonical order. */
export interface EvaluatorRequest {
  readonly parameters: Float32Array;
}

/** Evaluates models in a process of its own. */
export class Evaluator {
  private readonly worker: ChildWorker<EvaluatorSetup, EvaluatorRequest, EvaluationResult>;

  constructor(setup: EvaluatorSetup) {
    this.worker = new ChildWorker(new URL('./evaluator-process.js', import.meta.url), setup, 'evaluation/failed');
  }

  /** @param parameters the model's floats in canonical order */
  evaluate(parameters: Float32Array): Promise<EvaluationResult> {
    return this.worker.ask({ parameters });
  }

  /** Ends the process. */
  close(): void {
    this.worker.close();
  }
}
