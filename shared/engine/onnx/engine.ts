import { CodedError, messageOf } from '../../util/errors.js';
import type { Engine } from '../engine.js';
import { HeldExamples } from './examples.js';
import type { Runtime } from './session.js';
import { OnnxTrainer } from './trainer.js';

const loadRuntime = async (): Promise<Runtime> => {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    throw new CodedError('engine/unavailable', `onnxruntime-node does not load: ${messageOf(error)}.`, {
      hint: 'Take the engine tfjs, or a platform that onnxruntime-node supports.',
      cause: error,
    });
  }
};

/**
 * Trains with onnxruntime: the network's gradient is written out as an ordinary ONNX graph.
 * @throws CodedError `engine/unavailable`
 */
export const openOnnxEngine = async (): Promise<Engine> => {
  const runtime = await loadRuntime();
  return {
    name: 'onnx',
    version: `${runtime.env.versions.node} plain`,
    load: async (examples, inputShape) => new HeldExamples(examples, inputShape),
    compile: async (spec) => new OnnxTrainer(runtime, spec),
  };
};
