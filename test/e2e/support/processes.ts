import { readdirSync, readFileSync } from 'node:fs';
import { until } from './until.js';

/** The environment variable that marks what a test started, down to grandchildren. */
export const markerName = 'FEDSQUEEZE_TEST_MARKER';

export interface FoundProcess {
  readonly pid: number;
  readonly command: string;
}

const readOf = (pid: number, file: 'environ' | 'cmdline' | 'stat'): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
};

/** The third field, after the command in brackets, which may hold anything. */
const isZombie = (pid: number): boolean => /^ ?Z/.test(readOf(pid, 'stat').replace(/^.*\)/s, '').trimStart());

/** Every living process with the marker in its environment, from /proc: also those whose parent is gone. */
export const processesOf = (marker: string): FoundProcess[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => readOf(pid, 'environ').split('\0').includes(`${markerName}=${marker}`) && !isZombie(pid))
    .map((pid) => ({ pid, command: readOf(pid, 'cmdline').replaceAll('\0', ' ') }));

/** The host processes among them. */
export const hostsOf = (marker: string): FoundProcess[] =>
  processesOf(marker).filter(({ command }) => /client[/\\]host[/\\]main\.js/.test(command));

/** Sends a signal to a process that may be gone already. */
export const signalTo = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

/** Resolves when no process with the marker is left; fails with their commands. */
export const untilNoneLeft = async (marker: string, seconds: number): Promise<void> => {
  try {
    await until('all processes to leave', () => processesOf(marker).length === 0, seconds);
  } catch (cause) {
    const left = processesOf(marker).map(({ pid, command }) => `${pid} ${command}`);
    throw new Error(`left after ${seconds} s: ${left.join(', ')}`, { cause });
  }
};

/** Ends whatever a failed test left behind. */
export const killAll = async (marker: string): Promise<void> => {
  if (process.platform !== 'linux') return;
  for (const { pid } of processesOf(marker)) signalTo(pid, 'SIGKILL');
  await untilNoneLeft(marker, 5);
};

/** Resident memory in bytes. */
export const memoryOf = (pid: number): number => {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return pages * 4096;
};
