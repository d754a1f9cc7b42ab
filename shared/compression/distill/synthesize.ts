import type { Examples } from '../../data/dataset.js';
import type { FeatureLoss, Optimizer, TrainingTask } from '../../engine/engine.js';
import { tensorFloats } from '../../params/parameters.js';
import type { RandomStream } from '../../util/random.js';
import type { CompressedModel } from '../model.js';
import type { Workbench } from '../workbench.js';
import { bankNetwork, type BankNetwork } from './frozen-teacher.js';
import { classSimilarity, drawAnswers } from './impressions.js';

/** How images are made. */
export interface SynthesisOptions {
  /** How many. */
  readonly images: number;
  /** Steps of gradient descent on each. */
  readonly iterations: number;
  readonly temperature: number;
  /** Weight of the statistics of batch normalizations. */
  readonly statistics: number;
}

/** Images that are made together. */
const bankSize = 100;

const adam: Optimizer = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };

/** Of Adam, on values before the sigmoid. */
const learningRate = 0.1;

/** What the inputs of the batch normalizations are held to. */
const statisticsOf = (
  { normalizations }: BankNetwork,
  { network, parameters }: CompressedModel,
  weight: number,
): FeatureLoss[] => {
  if (weight === 0) return [];
  const values = (name: string): Float32Array => tensorFloats(network.layout, parameters.floats, name);
  return normalizations
    .filter(({ from }) => from[0] !== 'input')
    .map(({ from, tensors, options }) => ({
      kind: 'statistics',
      layer: from[0],
      weight,
      mean: values(tensors['moving_mean']),
      variance: values(tensors['moving_variance']).map((value) => value + options.epsilon),
    }));
};

/** τ · log of shares: logits whose softmax at τ they are. */
const logitsOf = (shares: Float32Array, temperature: number): Float32Array =>
  shares.map((share) => temperature * Math.log(Math.max(share, 1e-30)));

const argMax = (row: Float32Array): number => row.reduce((best, value, k) => (value > row[best] ? k : best), 0);

/** Trains every image of the bank in every step, each on its own answer. */
const bankTask = (
  { images, parameters }: BankNetwork,
  numbers: Int32Array,
  logits: Float32Array,
  steps: number,
  statistics: readonly FeatureLoss[],
  stream: RandomStream,
): TrainingTask => {
  const floats = parameters.floats.slice();
  for (let i = images.offset; i < images.offset + images.size; i++) floats[i] = stream.normal();
  const teacher = new Float32Array(steps * logits.length);
  const indices = new Int32Array(steps * bankSize);
  for (let step = 0; step < steps; step++) {
    teacher.set(logits, step * logits.length);
    indices.set(numbers, step * bankSize);
  }
  const weights = new Float32Array(steps * bankSize).fill(1 / bankSize);
  return {
    parameters: floats,
    indices,
    weights,
    steps,
    learningRate,
    teacher,
    features: statistics.map(() => new Float32Array()),
  };
};

/** As the network sees them. */
const imagesOf = (values: Float32Array, range: 'unit' | 'any'): Float32Array =>
  range === 'unit' ? values.map((value) => 1 / (1 + Math.exp(-value))) : values.slice();

/**
 * Images that a teacher answers as drawn answers say, made from the teacher alone: no example of the dataset is looked at.
 * Each image begins as noise, and gradient descent through the frozen teacher makes it.
 * @throws CodedError `compression/impossible` for a teacher of tokens
 */
export const synthesize = async (
  teacher: CompressedModel,
  bench: Workbench,
  { images, iterations, temperature, statistics }: SynthesisOptions,
): Promise<Examples> => {
  const { dataset } = bench;
  const range = dataset.train.inputs instanceof Uint8Array ? 'unit' : 'any';
  const net = bankNetwork(teacher, bankSize, range);
  const { classes } = teacher.network.network;
  const stream = bench.random('distill/images');
  const similarity = classSimilarity(teacher);
  const size = net.images.size / bankSize;
  const inputs = new Float32Array(images * size);
  const labels = new Uint8Array(images);
  const numbers = Int32Array.from({ length: bankSize }, (_, i) => i);
  const data = await bench.engine.load(
    { count: bankSize, inputs: Float32Array.from(numbers), labels: new Uint8Array(bankSize) },
    [1],
  );
  const features = statisticsOf(net, teacher, statistics);
  const spec = {
    network: net.network,
    batchSize: bankSize,
    optimizer: adam,
    scale: 1,
    loss: { kind: 'distillation', temperature, alpha: 1 } as const,
    features,
  };
  const trainer = await bench.engine.compile(spec);
  try {
    for (let start = 0; start < images; start += bankSize) {
      const shares = drawAnswers(similarity, bankSize, stream);
      const logits = logitsOf(shares, temperature);
      const result = await trainer.train(data, bankTask(net, numbers, logits, iterations, features, stream));
      const { offset } = net.images;
      const count = Math.min(bankSize, images - start);
      inputs.set(imagesOf(result.parameters.subarray(offset, offset + count * size), range), start * size);
      for (let i = 0; i < count; i++) labels[start + i] = argMax(shares.subarray(i * classes, (i + 1) * classes));
      const note = `distance to the drawn answers ${result.loss.toFixed(3)}`;
      bench.report({ phase: 'teacher', done: Math.min(1, (start + bankSize) / images), note });
    }
  } finally {
    await trainer.dispose();
  }
  return { count: images, inputs, labels };
};
