import { initialize } from '../../../models/initialize.js';
import { compileNetwork } from '../../../models/compile.js';
import type { Network } from '../../../models/network.js';
import { sgd, type Engine } from '../../engine.js';

/** A small network with every blocked form in it. */
const network: Network = {
  name: 'check',
  input: [12, 12, 1],
  layers: [
    { kind: 'conv2d', filters: 16, kernelSize: 3, padding: 'same', activation: 'relu' },
    { kind: 'maxPooling2d' },
    { kind: 'depthwiseConv2d', kernelSize: 3, strides: 2, padding: 'same', activation: 'relu' },
    { kind: 'conv2d', filters: 32, kernelSize: 1, activation: 'relu' },
    { kind: 'conv2d', filters: 16, kernelSize: 2, strides: 2, padding: 'same' },
    { kind: 'maxPooling2d' },
    { kind: 'globalAveragePooling2d' },
    { kind: 'dense', units: 4 },
  ],
  classes: 4,
};

const [count, batchSize, steps] = [20, 10, 2];

const trained = async (engine: Engine): Promise<Float32Array> => {
  const compiled = compileNetwork(network);
  const size = 144;
  const inputs = Uint8Array.from({ length: count * size }, (_, i) => (i * 7919 + (i >> 3)) % 256);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % network.classes);
  const data = await engine.load({ count, inputs, labels }, network.input);
  const trainer = await engine.compile({ network: compiled, optimizer: sgd, batchSize, scale: 1 / 255 });
  try {
    const { parameters } = await trainer.train(data, {
      parameters: initialize(compiled, 1).floats,
      indices: Int32Array.from({ length: count }, (_, i) => i),
      weights: new Float32Array(count).fill(1 / batchSize),
      steps,
      learningRate: 0.1,
    });
    return parameters;
  } finally {
    await trainer.dispose();
  }
};

/** Whether two engines, or forms of one, make the same steps: within 1e-4 of the largest change. */
export const agree = async (engine: Engine, other: Engine): Promise<boolean> => {
  const start = initialize(compileNetwork(network), 1).floats;
  const [expected, actual] = [await trained(engine), await trained(other)];
  let [difference, change] = [0, 0];
  for (let i = 0; i < start.length; i++) {
    difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
    change = Math.max(change, Math.abs(expected[i] - start[i]));
  }
  return difference <= 1e-4 * change;
};
