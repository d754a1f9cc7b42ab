import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface HostProcessOptions {
  readonly url: string;
  readonly token: string;
  readonly count: number;
  /** File descriptor of the log that the hosts write to. */
  readonly logFile: number;
  /** Times that a host which died is started again, in all. */
  readonly restarts: number;
  /** A host that won't be replaced. */
  readonly onGone: (name: string, code: number | null) => void;
}

export interface HostProcesses {
  /** Resolves when no process is left: those that don't leave by themselves are killed. */
  stop(): Promise<void>;
}

/** Real seconds that a host has to leave by itself. */
const graceSeconds = 2;

const start = ({ url, token, logFile }: HostProcessOptions, name: string): ChildProcess =>
  spawn(process.execPath, [...process.execArgv, fileURLToPath(new URL('./main.js', import.meta.url))], {
    env: { ...process.env, FEDSQUEEZE_URL: url, FEDSQUEEZE_TOKEN: token, FEDSQUEEZE_HOST: name },
    stdio: ['ignore', logFile, logFile],
  });

/** Starts hosts as child processes, and starts one again when it dies. */
export const startHosts = (options: HostProcessOptions): HostProcesses => {
  const running = new Set<ChildProcess>();
  let restarts = options.restarts;
  let stopping = false;

  const launch = (name: string): void => {
    const child = start(options, name);
    running.add(child);
    child.once('error', () => running.delete(child));
    child.once('exit', (code) => {
      running.delete(child);
      // A host that ended by itself with an error would do so again.
      if (stopping || code === 0) return;
      if (code === null && restarts-- > 0) launch(name);
      else options.onGone(name, code);
    });
  };
  for (let i = 0; i < options.count; i++) launch(`host-${i + 1}`);

  const stop = async (): Promise<void> => {
    stopping = true;
    const leaving = [...running].map((child) => new Promise((resolve) => child.once('exit', resolve)));
    const timer = setTimeout(() => running.forEach((child) => child.kill('SIGKILL')), graceSeconds * 1000);
    await Promise.all(leaving);
    clearTimeout(timer);
  };
  return { stop };
};
