import type { EvaluationResult } from '../shared/engine/engine.js';
import { ChildWorker } from './child-worker.js';

/** What the evaluation process needs to know, once. */
export interface EvaluatorSetup {
  readonly scenario: string;
}

/** The model's floats in canonical order. */
export interface EvaluatorRequest {
  readonly parameters: Float32Array;
  /** Which of the method's sub-models it is; null: the whole network. */
  readonly place: number | null;
}

/** Evaluates models in a process of its own. */
export class Evaluator {
  private readonly worker: ChildWorker<EvaluatorSetup, EvaluatorRequest, EvaluationResult>;

  constructor(setup: EvaluatorSetup) {
    this.worker = new ChildWorker(new URL('./evaluator-process.js', import.meta.url), setup, 'evaluation/failed');
  }

  /**
   * @param parameters the model's floats in canonical order
   * @param place of the sub-model that they are of, among the method's; null: they are of the whole network
   */
  evaluate(parameters: Float32Array, place: number | null = null): Promise<EvaluationResult> {
    return this.worker.ask({ parameters, place });
  }

  /** Ends the process. */
  close(): void {
    this.worker.close();
  }
}
