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

const native = async (): Promise<Backend> => {
  const tf = load(await import('@tensorflow/tfjs-node'));
  return { tf: tf as unknown as TensorFlow, name: 'native', reason: 'the native binding of tfjs-node loads' };
};

const wasm = async (tf: TensorFlow): Promise<boolean> => {
  const { setThreadsCount, setWasmPaths } = load(await import('@tensorflow/tfjs-backend-wasm'));
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${path.dirname(main)}${path.sep}`);
  setThreadsCount(1);
  return tf.setBackend('wasm');
};

/** The best back end on this machine: native, else WebAssembly, else plain JavaScript. @throws CodedError `engine/unavailable` */
export const loadBackend = async (): Promise<Backend> => {
  let noNative: string;
  try {
    return await native();
  } catch (error) {
    noNative = `the native binding of tfjs-node does not load (${firstLine(error)})`;
  }
  try {
    const tf = load(await import('@tensorflow/tfjs'));
    // Otherwise the library advises on the console to install what did not load.
    tf.enableProdMode();
    try {
      if (await wasm(tf)) {
        addWasmKernels(tf);
        return { tf, name: 'wasm', reason: noNative };
      }
    } catch (error) {
      noNative += `, nor does WebAssembly (${firstLine(error)})`;
    }
    await tf.setBackend('cpu');
    return { tf, name: 'cpu', reason: noNative };
  } catch (error) {
    throw new CodedError('engine/unavailable', `TensorFlow.js does not load: ${firstLine(error)}.`, {
      hint: 'Take the engine onnx.',
      cause: error,
    });
  }
};
