import type { Engine } from '../engine.js';
import { fastBlockSteps } from './block.js';
import { channelBlockHere } from './blocked/here.js';
import { OnnxExamples } from './examples.js';
import { loadRuntime } from './load-runtime.js';
import type { ChannelBlock } from './tape.js';
import type { Runtime } from './session.js';
import { OnnxTrainer } from './trainer.js';

/**
 * `plain` computes every step by itself with ordinary operators; `fast` delays the first layer's updates where that is
 * quicker, and takes the runtime's blocked convolutions where they work.
 */
export type OnnxForm = 'plain' | 'fast';

const engineOf = (runtime: Runtime, form: OnnxForm, channelBlock: ChannelBlock): Engine => ({
  name: 'onnx',
  version: `${runtime.env.versions.node} ${form}${channelBlock === 0 ? '' : `-${channelBlock}`}`,
  load: async (examples, inputShape) => new OnnxExamples(examples, inputShape),
  compile: async (spec) => {
    const blockSteps = form === 'fast' ? fastBlockSteps(spec) : 1;
    return new OnnxTrainer(runtime, spec, blockSteps, channelBlock);
  },
});

/**
 * Trains with onnxruntime: the network's gradient is written out as an ordinary ONNX graph.
 * @param form `FEDSQUEEZE_ONNX_FORM=plain` in the environment makes it plain where none is given
 * @param block channels of a block, 0 for no blocked kernels; found out where left out
 * @throws CodedError `engine/unavailable`
 */
export const openOnnxEngine = async (form?: OnnxForm, block?: ChannelBlock): Promise<Engine> => {
  const runtime = await loadRuntime();
  const taken = form ?? (process.env['FEDSQUEEZE_ONNX_FORM'] === 'plain' ? 'plain' : 'fast');
  if (taken === 'plain') return engineOf(runtime, 'plain', 0);
  const open = (size: ChannelBlock): Engine => engineOf(runtime, size === 0 ? 'plain' : 'fast', size);
  return engineOf(runtime, 'fast', block ?? (await channelBlockHere(runtime, open)));
};
