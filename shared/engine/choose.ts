import { CodedError } from '../util/errors.js';
import type { Engine } from './engine.js';
import { openOnnxEngine } from './onnx/engine.js';
import { openTfjsEngine } from './tfjs/engine.js';

export interface ChosenEngine {
  readonly engine: Engine;
  /** Why this one, in words, for the log. */
  readonly reason: string;
}

const onnx = async (reason: string): Promise<ChosenEngine> => ({ engine: await openOnnxEngine(), reason });

const tfjs = async (why: string): Promise<ChosenEngine> => {
  const { engine, reason } = await openTfjsEngine();
  return { engine, reason: `${why}; ${engine.version}, since ${reason}` };
};

/**
 * Opens a training engine. `auto` takes `onnx`, many times as fast, and `tfjs` where onnxruntime does not load.
 * @throws CodedError `engine/unavailable`
 */
export const chooseEngine = async (name: 'auto' | 'onnx' | 'tfjs'): Promise<ChosenEngine> => {
  if (name === 'onnx') return onnx('asked for');
  if (name === 'tfjs') return tfjs('asked for');
  try {
    return await onnx('the fastest that loads');
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'engine/unavailable') throw error;
    return tfjs(error.message);
  }
};
