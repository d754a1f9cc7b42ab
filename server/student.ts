import { initialize } from '../shared/models/initialize.js';
import type { PublicLearner, Trained } from '../shared/method/public/learner.js';
import type { Prepared } from '../shared/scenario/prepare.js';
import { orAborted } from '../shared/util/abort.js';
import { ChildWorker } from './child-worker.js';

/** What the training process needs to know, once. */
export interface StudentSetup {
  readonly scenario: string;
}

/** What a learner does, in a round. */
export type StudentRequest =
  | { readonly kind: 'predict'; readonly round: number; readonly floats: Float32Array }
  | {
      readonly kind: 'distil';
      readonly round: number;
      readonly floats: Float32Array;
      readonly teacher: Float32Array;
      readonly epochs: number;
    };

export type StudentAnswer = Float32Array | Trained;

/** Trains the coordinator's network on public examples in a process of its own. */
export class Student {
  private readonly worker: ChildWorker<StudentSetup, StudentRequest, StudentAnswer>;

  constructor(setup: StudentSetup) {
    this.worker = new ChildWorker(new URL('./student-process.js', import.meta.url), setup, 'distillation/failed');
  }

  /** What the coordinator can do in a round. @param abort ends it */
  learner({ evaluated, scenario }: Prepared, round: number, abort: AbortSignal): PublicLearner {
    const ask = <A extends StudentAnswer>(request: StudentRequest): Promise<A> =>
      orAborted(this.worker.ask(request) as Promise<A>, abort);
    return {
      classes: evaluated.network.classes,
      initial: () => initialize(evaluated, scenario.seed).floats,
      predict: (floats) => ask<Float32Array>({ kind: 'predict', round, floats }),
      distil: (floats, teacher, epochs) => ask<Trained>({ kind: 'distil', round, floats, teacher, epochs }),
    };
  }

  /** Ends the process. */
  close(): void {
    this.worker.close();
  }
}
