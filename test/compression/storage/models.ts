import type { CompressedModel, Grid } from '../../../shared/compression/model.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import type { CompiledNetwork } from '../../../shared/models/network.js';
import { RandomStream } from '../../../shared/util/random.js';

/** A network with kernels of all kinds, buffers and biases. */
export const smallNetwork: CompiledNetwork = compileNetwork({
  name: 'small',
  input: [8, 8, 1],
  layers: [
    { kind: 'conv2d', filters: 4, kernelSize: 3, useBias: false },
    { kind: 'batchNormalization' },
    { kind: 'activation', activation: 'relu' },
    { kind: 'depthwiseConv2d', kernelSize: 3 },
    { kind: 'flatten' },
    { kind: 'dense', units: 20, activation: 'relu', name: 'hidden' },
    { kind: 'dense', units: 5 },
  ],
  classes: 5,
});

/** A grid of so many bits with a scale for each channel; affine ones have zero points other than 0. */
export const gridOf = (bits: number, channels: number, affine: boolean, stream: RandomStream): Grid => {
  const least = affine ? 0 : -(2 ** (bits - 1)) + 1;
  const most = affine ? 2 ** bits - 1 : 2 ** (bits - 1) - 1;
  return {
    bits,
    least,
    most,
    scales: Float32Array.from({ length: channels }, () => 0.001 + stream.uniform() / 10),
    zeroPoints: Int32Array.from({ length: channels }, () => (affine ? stream.below(2 ** bits) : 0)),
  };
};

/** Any number of a grid. */
export const onGrid = ({ scales, zeroPoints, least, most }: Grid, i: number, stream: RandomStream): number => {
  const channel = i % scales.length;
  return Math.fround(scales[channel] * (least + stream.below(most - least + 1) - zeroPoints[channel]));
};

export const streamOf = (purpose: string): RandomStream => new RandomStream({ seed: 7, purpose });

/** The network with random numbers: pruned to a density, its kernels on grids of so many bits, or float32. */
export const modelOf = ({ density = 1, bits = 0, affine = false, perChannel = true }): CompressedModel => {
  const stream = streamOf('model');
  const { layout } = smallNetwork;
  const floats = Float32Array.from({ length: layout.floats }, () => stream.uniform() - 0.5);
  const mask = density === 1 ? null : new Float32Array(layout.floats).fill(1);
  const weights = new Map<string, Grid>();
  for (const { name, offset, size, shape } of layout.tensors) {
    if (!name.endsWith('/kernel')) continue;
    const last = shape.at(-1)!;
    const channels = last === 1 ? shape.at(-2)! : last;
    const grid = bits === 0 ? null : gridOf(bits, perChannel ? channels : 1, affine, stream);
    if (grid !== null) weights.set(name, grid);
    for (let i = 0; i < size; i++) {
      if (grid !== null) floats[offset + i] = onGrid(grid, i, stream);
      if (mask === null || stream.uniform() < density) continue;
      floats[offset + i] = 0;
      mask[offset + i] = 0;
    }
  }
  const activations = new Map(
    bits === 0 ? [] : ['input', 'hidden'].map((layer) => [layer, gridOf(8, 1, true, stream)] as const),
  );
  return {
    network: smallNetwork,
    parameters: { layout, floats, counters: new BigInt64Array(layout.counters) },
    mask,
    quantization: bits === 0 ? null : { weights, activations },
  };
};
