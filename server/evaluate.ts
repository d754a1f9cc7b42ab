import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EvaluationResult } from '../shared/engine/engine.js';
import { CodedError } from '../shared/util/errors.js';

/** What the evaluation process needs to know, once. */
export interface EvaluatorSetup {
  readonly scenario: string;
}

export type EvaluatorRequest = { setup: EvaluatorSetup } | { id: number; parameters: Float32Array };
export type EvaluatorReply = { id: number; result: EvaluationResult } | { error: string };

/** Evaluates models in a process of its own, so that the thread that serves sockets does nothing heavy. */
export class Evaluator {
  private readonly setup: EvaluatorSetup;
  private child: ChildProcess | null = null;
  private readonly pending = new Map<
    number,
    { resolve: (result: EvaluationResult) => void; reject: (error: Error) => void }
  >();
  private next = 0;
  private failure: Error | null = null;

  constructor(setup: EvaluatorSetup) {
    this.setup = setup;
  }

  /** The process, started by the first evaluation: at the beginning of a run hosts need the cores more. */
  private process(): ChildProcess {
    if (this.child !== null) return this.child;
    const child = fork(fileURLToPath(new URL('./evaluator-process.js', import.meta.url)), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', (reply) => this.receive(reply as EvaluatorReply));
    child.on('exit', (code) => this.fail(`The evaluation process ended with code ${code}.`));
    child.on('error', (error) => this.fail(error.message));
    child.send({ setup: this.setup } satisfies EvaluatorRequest);
    this.child = child;
    return child;
  }

  private receive(reply: EvaluatorReply): void {
    if ('error' in reply) return this.fail(reply.error);
    this.pending.get(reply.id)?.resolve(reply.result);
    this.pending.delete(reply.id);
  }

  private fail(message: string): void {
    this.failure ??= new CodedError('evaluation/failed', message);
    for (const { reject } of this.pending.values()) reject(this.failure);
    this.pending.clear();
  }

  /** @param parameters the model's floats in canonical order */
  evaluate(parameters: Float32Array): Promise<EvaluationResult> {
    return new Promise((resolve, reject) => {
      if (this.failure !== null) return reject(this.failure);
      const id = this.next++;
      this.pending.set(id, { resolve, reject });
      this.process().send({ id, parameters } satisfies EvaluatorRequest, (error) => {
        if (error) this.fail(error.message);
      });
    });
  }

  /** Ends the process. */
  close(): void {
    this.child?.removeAllListeners('exit');
    if (this.child?.connected) this.child.disconnect();
    this.child?.kill();
  }
}
