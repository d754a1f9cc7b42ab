import { convolutionWindow } from '../../../models/layers/window.js';
import type { PlacedLayer } from '../../../models/network.js';
import { arranged, scaled } from '../arrange.js';
import type { Value } from '../tape.js';
import { activationOf } from './activation.js';
import { channelSums, convolve, kernelGradient, scatter, type Convolution } from './convolution.js';
import type { Emission, LayerEmitter, ParameterForm } from './emitter.js';

/** [kh, kw, in, out] ↔ [out, in, kh, kw]. */
const kernelForm = ([height, width, inputs, outputs]: readonly number[]): ParameterForm => ({
  shape: [outputs, inputs, height, width],
  toNative: (graph, value) => graph.transpose(value, 3, 2, 0, 1),
  toCanonical: (graph, value) => graph.transpose(value, 2, 3, 1, 0),
});

/** A convolution layer on channels that come first, whatever its groups. */
export const emitConvolution = (
  emission: Emission,
  placed: PlacedLayer<'conv2d' | 'depthwiseConv2d'>,
  groups: number,
  given: Value,
): Value => {
  const { graph, tape, parameter, rows } = emission;
  const { options, outputShape, tensors } = placed;
  const input = scaled(emission, arranged(emission, given, 'channelsFirst'));
  const window = convolutionWindow(input.shape, options);
  const [height, width, outputs] = outputShape;
  const convolution: Convolution = { rows, window, groups, inputs: input.shape[2], outputs };
  const kernel = parameter(tensors['kernel']);
  const bias = options.useBias ? [graph.reshape(parameter(tensors['bias']), outputs)] : [];
  const sum = convolve(graph, convolution, input.name, kernel, bias);
  const { forward, backward } = activationOf(options.activation);
  const name = forward(graph, sum, 1);
  tape.record(name, (gradient, updates) => {
    const atSum = backward(graph, gradient, name, sum, 1);
    updates.whole(tensors['kernel'], kernelGradient(graph, convolution, input.name, atSum));
    if (options.useBias)
      updates.whole(tensors['bias'], channelSums(graph, { name: atSum, rows, channels: outputs, height, width }));
    if (input.needsGradient) tape.accumulate(input, scatter(graph, convolution, atSum, kernel));
  });
  return { name, shape: outputShape, arrangement: 'channelsFirst', factor: 1, needsGradient: true };
};

export const conv2d: LayerEmitter<'conv2d'> = {
  kind: 'conv2d',
  parameterForms: ({ options, inputShapes: [shape] }) => ({
    kernel: kernelForm([...options.kernelSize, shape[2] / options.groups, options.filters]),
  }),
  emit: (emission, placed, [given]) => emitConvolution(emission, placed, placed.options.groups, given),
};
