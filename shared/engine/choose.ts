import { CodedError } from '../util/errors.js';
import type { Engine } from './engine.js';
import { openOnnxEngine } from './onnx/engine.js';
import { openTfjsEngine } from './tfjs/engine.js';

export interface ChosenEngine {
  readonly engine: Engine;
  /** Why this one, in words, for the log. */
  readonly reason: string;
}

/** Opens each engine; a library is loaded only when its engine is opened. */
export type EngineOpeners = Readonly<Record<Engine['name'], () => Promise<ChosenEngine>>>;

const openers: EngineOpeners = {
  onnx: async () => ({ engine: await openOnnxEngine(), reason: 'onnxruntime-node loads' }),
  tfjs: openTfjsEngine,
};

/**
 * Opens a training engine. `auto` takes `onnx`, many times as fast, and `tfjs` where onnxruntime does not load.
 * @throws CodedError `engine/unavailable`
 */
export const chooseEngine = async (
  name: 'auto' | Engine['name'],
  open: EngineOpeners = openers,
): Promise<ChosenEngine> => {
  if (name !== 'auto') return open[name]();
  try {
    return await open.onnx();
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'engine/unavailable') throw error;
    const { engine, reason } = await open.tfjs();
    return { engine, reason: `${error.message} ${reason}` };
  }
};
