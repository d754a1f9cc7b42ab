import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EvaluationResult } from '../shared/engine/engine.js';
import { CodedError } from '../shared/util/errors.js';

/** What the evaluation process needs to know, once. */
export interface EvaluatorSetup {
  readonly scenario: string;
}

/** The engine of this machine, which every host must have too. */
export interface ChosenEngineName {
  readonly name: 'onnx' | 'tfjs';
  readonly version: string;
  readonly reason: string;
}

export type EvaluatorRequest = { setup: EvaluatorSetup } | { id: number; parameters: Float32Array };
export type EvaluatorReply =
  | { engine: ChosenEngineName }
  | { id: number; result: EvaluationResult }
  | { error: string };

/** Evaluates models in a process of its own, so that the thread that serves sockets does nothing heavy. */
export class Evaluator {
  private readonly child: ChildProcess;
  private readonly pending = new Map<
    number,
    { resolve: (result: EvaluationResult) => void; reject: (error: Error) => void }
  >();
  private next = 0;
  private failure: Error | null = null;
  /** Resolves when the process is ready. */
  readonly engine: Promise<ChosenEngineName>;
  private settle!: { resolve: (engine: ChosenEngineName) => void; reject: (error: Error) => void };

  constructor(setup: EvaluatorSetup) {
    this.engine = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    this.engine.catch(() => undefined);
    this.child = fork(fileURLToPath(new URL('./evaluator-process.js', import.meta.url)), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.child.on('message', (reply) => this.receive(reply as EvaluatorReply));
    this.child.on('exit', (code) => this.fail(`The evaluation process ended with code ${code}.`));
    this.child.on('error', (error) => this.fail(error.message));
    this.child.send({ setup } satisfies EvaluatorRequest);
  }

  private receive(reply: EvaluatorReply): void {
    if ('error' in reply) return this.fail(reply.error);
    if ('engine' in reply) return this.settle.resolve(reply.engine);
    this.pending.get(reply.id)?.resolve(reply.result);
    this.pending.delete(reply.id);
  }

  private fail(message: string): void {
    this.failure ??= new CodedError('evaluation/failed', message);
    this.settle.reject(this.failure);
    for (const { reject } of this.pending.values()) reject(this.failure);
    this.pending.clear();
  }

  /** @param parameters the model's floats in canonical order */
  evaluate(parameters: Float32Array): Promise<EvaluationResult> {
    return new Promise((resolve, reject) => {
      if (this.failure !== null) return reject(this.failure);
      const id = this.next++;
      this.pending.set(id, { resolve, reject });
      this.child.send({ id, parameters } satisfies EvaluatorRequest, (error) => {
        if (error) this.fail(error.message);
      });
    });
  }

  /** Ends the process. */
  close(): void {
    this.child.removeAllListeners('exit');
    this.child.disconnect();
    this.child.kill();
  }
}
