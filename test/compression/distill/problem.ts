import { uncompressed, type CompressedModel } from '../../../shared/compression/model.js';
import { Workbench, type CompressionWarning } from '../../../shared/compression/workbench.js';
import type { Dataset, Examples } from '../../../shared/data/dataset.js';
import { openOnnxEngine } from '../../../shared/engine/onnx/engine.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import { initialize } from '../../../shared/models/initialize.js';
import type { CompiledNetwork, Layer } from '../../../shared/models/network.js';
import { RandomStream } from '../../../shared/util/random.js';

const classes = 4;

/** Noise with a bright bar: the class is the pair of columns where it stands. */
const bars = (count: number, seed: number): Examples => {
  const stream = new RandomStream({ seed, purpose: 'bars' });
  const inputs = new Uint8Array(count * 64);
  const labels = Uint8Array.from({ length: count }, () => stream.below(classes));
  for (const [example, label] of labels.entries()) {
    for (let i = 0; i < 64; i++) {
      const isBright = Math.floor((i % 8) / 2) === label;
      inputs[example * 64 + i] = stream.below(170) + (isBright ? 85 : 0);
    }
  }
  return { count, inputs, labels };
};

/** @param seed other examples of the same rule. @param labels other labels for the training examples */
export const datasetOf = (seed = 1, labels: (label: number) => number = (label) => label): Dataset => {
  const train = bars(1200, seed);
  return {
    name: 'bars',
    inputShape: [8, 8, 1],
    classes,
    scale: Math.fround(1 / 255),
    train: { ...train, labels: train.labels.map(labels) },
    test: bars(300, 77),
    fingerprint: `bars ${seed}`,
  };
};

export interface Told {
  readonly warnings: CompressionWarning[];
  readonly phases: string[];
}

export const openBench = async (dataset = datasetOf(), told: Told = { warnings: [], phases: [] }): Promise<Workbench> =>
  new Workbench({
    dataset,
    engine: await openOnnxEngine('plain'),
    seed: 1,
    onWarning: (warning) => told.warnings.push(warning),
    onEvent: ({ phase }) => {
      if (told.phases.at(-1) !== phase) told.phases.push(phase);
    },
  });

export const networkOf = (layers: readonly Layer[]): CompiledNetwork =>
  compileNetwork({ name: 'teacher', input: [8, 8, 1], layers, classes });

/** Images of 8 × 8 and 4 × 4, then a vector. */
export const convolutional: readonly Layer[] = [
  { kind: 'conv2d', filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' },
  { kind: 'maxPooling2d' },
  { kind: 'flatten' },
  { kind: 'dense', units: 24, activation: 'relu' },
  { kind: 'dense', units: classes },
];

/** With normalization and dropout, which are other functions in training. */
export const normalized: readonly Layer[] = [
  { kind: 'conv2d', filters: 6, kernelSize: 3, useBias: false },
  { kind: 'batchNormalization', momentum: 0.9 },
  { kind: 'activation', activation: 'relu' },
  { kind: 'dropout', rate: 0.2 },
  { kind: 'flatten' },
  { kind: 'dense', units: classes },
];

export const trained = async (layers: readonly Layer[], bench: Workbench): Promise<CompressedModel> => {
  const network = networkOf(layers);
  const plan = { phase: 'train', epochs: 3, batchSize: 20, learningRate: 0.1 };
  return (await bench.train(uncompressed(network, initialize(network, 7)), plan)).model;
};
