import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a host process is told once its coordinator listens. */
export interface HostAddress {
  readonly url: string;
  readonly token: string;
}

export interface HostWatch {
  /** What hosts say for the log. */
  readonly onLog: (text: Uint8Array) => void;
  /** A host that won't be replaced. */
  readonly onGone: (name: string, code: number | null) => void;
}

/** Real seconds that a host has to leave by itself. */
const graceSeconds = 2;
/** Times that hosts which died are started again, in all. */
const mostRestarts = 3;

const start = (name: string): ChildProcess =>
  spawn(process.execPath, [...process.execArgv, fileURLToPath(new URL('./main.js', import.meta.url))], {
    env: { ...process.env, FEDSQUEEZE_HOST: name },
    stdio: ['pipe', 'pipe', 'pipe'],
  });

/**
 * Hosts as child processes. They are started at once, so that they load while the coordinator does, and connect when they
 * are told where. One that dies is started again.
 */
export class HostProcesses {
  private readonly running = new Map<ChildProcess, string>();
  private address: HostAddress | null = null;
  private watch: HostWatch | null = null;
  private restarts = mostRestarts;
  private stopping = false;

  constructor(count: number) {
    for (let i = 0; i < count; i++) this.launch(`host-${i + 1}`);
  }

  private launch(name: string): void {
    const child = start(name);
    this.running.set(child, name);
    // A process that is gone can't be written to; its exit says the rest.
    child.stdin?.on('error', () => undefined);
    child.stdout?.on('data', (text: Uint8Array) => this.watch?.onLog(text));
    child.stderr?.on('data', (text: Uint8Array) => this.watch?.onLog(text));
    child.once('error', () => this.left(child, name, 1));
    child.once('exit', (code) => this.left(child, name, code));
    if (this.address !== null) this.tell(child, this.address);
  }

  private left(child: ChildProcess, name: string, code: number | null): void {
    if (!this.running.delete(child) || this.stopping || code === 0) return;
    // A host that ended by itself with an error would do so again.
    if (code === null && this.restarts-- > 0) this.launch(name);
    else this.watch?.onGone(name, code);
  }

  private tell(child: ChildProcess, address: HostAddress): void {
    child.stdin?.write(`${JSON.stringify(address)}\n`);
  }

  /** Lets all but so many leave before they are told anything. */
  keep(count: number): void {
    for (const child of [...this.running.keys()].slice(count)) {
      this.running.delete(child);
      child.kill('SIGKILL');
    }
  }

  connect(address: HostAddress, watch: HostWatch): void {
    this.address = address;
    this.watch = watch;
    for (const child of this.running.keys()) this.tell(child, address);
  }

  /** Resolves when no process is left: those that don't leave by themselves are killed. */
  async stop(): Promise<void> {
    this.stopping = true;
    const children = [...this.running.keys()];
    const leaving = children.map((child) => new Promise((resolve) => child.once('close', resolve)));
    // A host that was never told where to connect leaves when its input ends.
    for (const child of children) child.stdin?.end();
    const timer = setTimeout(() => children.forEach((child) => child.kill('SIGKILL')), graceSeconds * 1000);
    await Promise.all(leaving);
    clearTimeout(timer);
  }
}
