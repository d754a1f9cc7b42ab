import { emitConvolution } from './conv2d.js';
import type { LayerEmitter, ParameterForm } from './emitter.js';

/** [kh, kw, channels, multiplier] ↔ [channels · multiplier, 1, kh, kw]. */
const kernelForm = ([height, width, channels, multiplier]: readonly number[]): ParameterForm => {
  const native = [channels * multiplier, 1, height, width];
  return {
    shape: native,
    toNative: (graph, value) => graph.reshape(graph.transpose(value, 2, 3, 0, 1), ...native),
    toCanonical: (graph, value) =>
      graph.transpose(graph.reshape(value, channels, multiplier, height, width), 2, 3, 0, 1),
  };
};

/** A convolution with as many groups as channels. */
export const depthwiseConv2d: LayerEmitter<'depthwiseConv2d'> = {
  kind: 'depthwiseConv2d',
  parameterForms: ({ options, inputShapes: [shape] }) => ({
    kernel: kernelForm([...options.kernelSize, shape[2], options.depthMultiplier]),
  }),
  emit: (emission, placed, [given]) => emitConvolution(emission, placed, given.shape[2], given),
};
