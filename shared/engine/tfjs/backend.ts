import { createRequire } from 'node:module';
import path from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { CodedError, messageOf } from '../../util/errors.js';
import { addWasmKernels } from './wasm-kernels.js';

/** TensorFlow.js, loaded only where this engine is chosen: loading takes a second. */
export type TensorFlow = typeof tfjs;

export interface Backend {
  readonly tf: TensorFlow;
  readonly name: 'native' | 'wasm' | 'cpu';
  /** Why it is this one, for the log. */
  readonly reason: string;
}

/** The library's packages are CommonJS: their exports are those of the default import. */
const load = <T>(module: T): T => (module as { default?: T }).default ?? module;

const firstLine = (error: unknown): string => messageOf(error).split('\n', 1)[0].trim();

export const backendNames = ['native', 'wasm', 'cpu'] as const;

/** One thread, as everywhere: hosts are what runs in parallel. And no advice on the console about the processor. */
const quietNative = { TF_CPP_MIN_LOG_LEVEL: '3', TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1' };

const native = async (): Promise<Backend> => {
  for (const [name, value] of Object.entries(quietNative)) process.env[name] ??= value;
  const tf = load(await import('@tensorflow/tfjs-node')) as unknown as TensorFlow;
  // Otherwise the library advises on the console to take this very binding.
  tf.enableProdMode();
  await tf.setBackend('tensorflow');
  return { tf, name: 'native', reason: 'the native binding of tfjs-node loads' };
};

const javaScript = async (): Promise<TensorFlow> => {
  const tf = load(await import('@tensorflow/tfjs'));
  tf.enableProdMode();
  return tf;
};

const wasm = async (reason: string): Promise<Backend> => {
  const tf = await javaScript();
  const { setThreadsCount, setWasmPaths } = load(await import('@tensorflow/tfjs-backend-wasm'));
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${path.dirname(main)}${path.sep}`);
  setThreadsCount(1);
  if (!(await tf.setBackend('wasm'))) throw new Error('it cannot be started');
  addWasmKernels(tf);
  return { tf, name: 'wasm', reason };
};

const cpu = async (reason: string): Promise<Backend> => {
  const tf = await javaScript();
  await tf.setBackend('cpu');
  return { tf, name: 'cpu', reason };
};

/** Opens a back end, telling why the ones before it were not taken. */
type Open = (reason: string) => Promise<Backend>;

const openers: readonly [name: Backend['name'], open: Open, failure: string][] = [
  ['native', native, 'the native binding of tfjs-node does not load'],
  ['wasm', wasm, 'WebAssembly does not start'],
  ['cpu', cpu, 'TensorFlow.js does not load'],
];

/** What `FEDSQUEEZE_TFJS` asks for. */
const asked = (): Backend['name'] | undefined => {
  const name = process.env['FEDSQUEEZE_TFJS'];
  if (name === undefined || name === '') return undefined;
  const known = backendNames.find((backend) => backend === name);
  if (known !== undefined) return known;
  throw new CodedError('argument/unknown-name', `FEDSQUEEZE_TFJS is '${name}'.`, {
    hint: `Known back ends: ${backendNames.join(', ')}.`,
  });
};

/**
 * A back end: the best that loads on this machine, native, else WebAssembly, else plain JavaScript. The library has one
 * for a whole process: the one that was opened last.
 * @param wanted this one and no other; by default what `FEDSQUEEZE_TFJS` in the environment names
 * @throws CodedError `engine/unavailable`
 */
export const loadBackend = async (wanted = asked()): Promise<Backend> => {
  const failures: string[] = [];
  let last: unknown;
  for (const [name, open, failure] of openers) {
    if (wanted !== undefined && name !== wanted) continue;
    try {
      return await open(wanted === undefined ? failures.join(', ') : 'it was asked for');
    } catch (error) {
      failures.push(`${failure} (${firstLine(error)})`);
      last = error;
    }
  }
  throw new CodedError('engine/unavailable', `The engine tfjs does not start: ${failures.join(', ')}.`, {
    hint: wanted === 'native' ? 'Run npm run setup:tfjs-node.' : 'Take the engine onnx.',
    cause: last,
  });
};
