import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { markerName } from './processes.js';
import { until } from './until.js';

const here = dirname(fileURLToPath(import.meta.url));
/** The checkout. */
export const root = join(here, '..', '..', '..');
const program = join(root, 'dist', 'cli', 'main.js');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  /** Marks the process and its children. */
  readonly marker: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Modules of `support/` that are loaded before the program, in it and in its children. */
  readonly preload?: readonly string[];
  /** A process group of its own, as a terminal gives. */
  readonly group?: boolean;
}

/** A `fedsqueeze` that is running. */
export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it wrote so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves with the match once what it wrote to stderr matches; fails when it ends before. */
  says(pattern: RegExp): Promise<RegExpMatchArray>;
}

const nodeOptions = (preload: readonly string[], more: string): string =>
  [...preload.map((name) => `--import=${pathToFileURL(join(here, name)).href}`), more].join(' ').trim();

/** Starts the compiled program. */
export const start = (args: readonly string[], options: StartOptions): Running => {
  if (!existsSync(program)) throw new Error('dist/ is missing: npm run build');
  const { marker, env = {}, preload = [], group = false } = options;
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    detached: group,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...env,
      NODE_OPTIONS: nodeOptions(preload, env['NODE_OPTIONS'] ?? ''),
      [markerName]: marker,
    },
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text.stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text.stderr += part));
  let over = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      over = true;
      resolve({ code, signal, ...text });
    });
  });
  const says = (pattern: RegExp): Promise<RegExpMatchArray> =>
    until(`'${pattern.source}' on stderr`, () => {
      const match = pattern.exec(text.stderr);
      if (match === null && over) throw new Error(`it ended without saying ${pattern.source}: ${text.stderr}`);
      return match;
    });
  return { pid: child.pid!, child, ended, stdout: () => text.stdout, stderr: () => text.stderr, says };
};

/** Runs the compiled program to its end. */
export const cli = (args: readonly string[], options: StartOptions): Promise<Ended> => start(args, options).ended;
