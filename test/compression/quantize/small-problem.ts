import { uncompressed, type CompressedModel } from '../../../shared/compression/model.js';
import { Workbench, type CompressionWarning } from '../../../shared/compression/workbench.js';
import type { Dataset, Examples } from '../../../shared/data/dataset.js';
import { openOnnxEngine } from '../../../shared/engine/onnx/engine.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import { initialize } from '../../../shared/models/initialize.js';
import type { Layer } from '../../../shared/models/network.js';
import { RandomStream } from '../../../shared/util/random.js';

export const inputShape = [8, 8, 1];
export const classes = 4;

/** Images of noise with a bright quarter, which is the class. */
const images = (count: number, stream: RandomStream): Examples => {
  const inputs = new Uint8Array(count * 64);
  const labels = new Uint8Array(count);
  for (let example = 0; example < count; example++) {
    const label = (labels[example] = stream.below(classes));
    for (let i = 0; i < 64; i++) {
      const quarter = (Math.floor(i / 32) << 1) | ((i % 8) >> 2);
      inputs[example * 64 + i] = stream.below(160) + (quarter === label ? 70 : 0);
    }
  }
  return { count, inputs, labels };
};

export const dataset: Dataset = {
  name: 'quarters',
  inputShape,
  classes,
  scale: Math.fround(1 / 255),
  train: images(2000, new RandomStream({ seed: 3, purpose: 'train' })),
  test: images(500, new RandomStream({ seed: 3, purpose: 'test' })),
  fingerprint: 'quarters',
};

export const networkOf = (layers: readonly Layer[]) =>
  compileNetwork({ name: 'small', input: inputShape, layers, classes });

/** Convolution, depthwise convolution, pooling and dense layers. */
export const convolutional: readonly Layer[] = [
  { kind: 'conv2d', filters: 6, kernelSize: 3, padding: 'same', activation: 'relu' },
  { kind: 'maxPooling2d' },
  { kind: 'depthwiseConv2d', kernelSize: 3, padding: 'same', depthMultiplier: 2, activation: 'relu' },
  { kind: 'flatten' },
  { kind: 'dense', units: 16, activation: 'relu' },
  { kind: 'dense', units: classes },
];

export const perceptron: readonly Layer[] = [
  { kind: 'flatten' },
  { kind: 'dense', units: 24, activation: 'relu' },
  { kind: 'dense', units: classes },
];

export const openBench = async (warnings: CompressionWarning[] = []): Promise<Workbench> =>
  new Workbench({
    dataset,
    engine: await openOnnxEngine('plain'),
    seed: 1,
    onWarning: (warning) => warnings.push(warning),
  });

/** A network with its first values. */
export const untrained = (layers: readonly Layer[]): CompressedModel => {
  const network = networkOf(layers);
  return uncompressed(network, initialize(network, 7));
};

/** Some epochs on the quarters. */
export const trained = async (layers: readonly Layer[], bench: Workbench, epochs = 3): Promise<CompressedModel> => {
  const plan = { phase: 'train', epochs, batchSize: 20, learningRate: 0.1 };
  return (await bench.train(untrained(layers), plan)).model;
};
