import { fork, type ChildProcess } from 'node:child_process';
import type { ErrorCode } from '../shared/util/codes.js';
import { CodedError } from '../shared/util/errors.js';

export type WorkerMessage<S, Q> = { setup: S } | { id: number; request: Q };
export type WorkerReply<A> = { id: number; result: A } | { error: string };

interface Pending<A> {
  resolve: (result: A) => void;
  reject: (error: Error) => void;
}

/** A process that does heavy work for the coordinator, so that the thread that serves sockets does nothing heavy. */
export class ChildWorker<S, Q, A> {
  private readonly program: URL;
  private readonly setup: S;
  private readonly code: ErrorCode;
  private child: ChildProcess | null = null;
  private readonly pending = new Map<number, Pending<A>>();
  private next = 0;
  private failure: Error | null = null;

  /**
   * @param program what the process runs
   * @param setup what it needs to know, once
   * @param code of the error when it fails
   */
  constructor(program: URL, setup: S, code: ErrorCode) {
    this.program = program;
    this.setup = setup;
    this.code = code;
  }

  /** The process, started by the first request: at the beginning of a run hosts need the cores more. */
  private process(): ChildProcess {
    if (this.child !== null) return this.child;
    const child = fork(this.program, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.on('message', (reply) => this.receive(reply as WorkerReply<A>));
    child.on('exit', (code, signal) => this.fail(`The process ended with ${signal ?? `code ${code}`}.`));
    child.on('error', (error) => this.fail(error.message));
    child.send({ setup: this.setup });
    this.child = child;
    return child;
  }

  private receive(reply: WorkerReply<A>): void {
    if ('error' in reply) return this.fail(reply.error);
    this.pending.get(reply.id)?.resolve(reply.result);
    this.pending.delete(reply.id);
  }

  private fail(message: string): void {
    this.failure ??= new CodedError(this.code, message);
    for (const { reject } of this.pending.values()) reject(this.failure);
    this.pending.clear();
  }

  /** @throws CodedError with the worker's code, now and from then on, once the process has failed */
  ask(request: Q): Promise<A> {
    return new Promise((resolve, reject) => {
      if (this.failure !== null) return reject(this.failure);
      const id = this.next++;
      this.pending.set(id, { resolve, reject });
      this.process().send({ id, request }, (error) => {
        if (error) this.fail(error.message);
      });
    });
  }

  /** Ends the process, whatever it is doing: it keeps nothing. */
  close(): void {
    this.child?.removeAllListeners('exit');
    if (this.child?.connected) this.child.disconnect();
    this.child?.kill('SIGKILL');
  }
}
