import { CodedError, messageOf } from '../../util/errors.js';
import type { Engine } from '../engine.js';
import { fastBlockSteps } from './block.js';
import { OnnxExamples } from './examples.js';
import type { ChannelBlock } from './tape.js';
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

/** `plain` computes every step by itself; `fast` delays the first layer's updates where that is quicker. */
export type OnnxForm = 'plain' | 'fast';

/**
 * Trains with onnxruntime: the network's gradient is written out as an ordinary ONNX graph.
 * @throws CodedError `engine/unavailable`
 */
export const openOnnxEngine = async (form: OnnxForm = 'fast', channelBlock: ChannelBlock = 0): Promise<Engine> => {
  const runtime = await loadRuntime();
  return {
    name: 'onnx',
    version: `${runtime.env.versions.node} ${form}`,
    load: async (examples, inputShape) => new OnnxExamples(examples, inputShape),
    compile: async (spec) => {
      const blockSteps = form === 'fast' ? fastBlockSteps(spec.network, spec.batchSize) : 1;
      return new OnnxTrainer(runtime, spec, blockSteps, channelBlock);
    },
  };
};
