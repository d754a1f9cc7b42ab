import { logGamma, sharesOf } from '../../data/deal/dirichlet-shares.js';
import { tensorFloats } from '../../params/parameters.js';
import type { RandomStream } from '../../util/random.js';
import type { CompressedModel } from '../model.js';

/** Below it a Dirichlet distribution never draws the class. */
const leastConcentration = 0.01;

/** How large each concentration is as a whole: sharp answers, and soft ones (Nayak et al., section 4.1). */
const sharpness = [0.1, 1] as const;

/** The kernel of the last layer [values, classes], null where it is none of a dense layer. */
const lastKernel = ({ network, parameters }: CompressedModel): { values: Float32Array; classes: number } | null => {
  const last = network.layers[network.layers.length - 1];
  if (last.kind !== 'dense') return null;
  const values = tensorFloats(network.layout, parameters.floats, last.tensors['kernel']);
  return { values, classes: network.network.classes };
};

const column = (values: Float32Array, classes: number, at: number): Float64Array =>
  Float64Array.from({ length: values.length / classes }, (_, row) => values[row * classes + at]);

const cosine = (a: Float64Array, b: Float64Array): number => {
  const product = a.reduce((sum, value, i) => sum + value * b[i], 0);
  return product / Math.max(1e-12, Math.hypot(...a) * Math.hypot(...b));
};

/**
 * How near the classes are to each other for a teacher, from 0 to 1 in each row: cosines of the weights that make their
 * logits (Nayak et al., ICML 2019, section 3.1). Without a dense last layer only a class itself is near.
 */
export const classSimilarity = (teacher: CompressedModel): number[][] => {
  const { classes } = teacher.network.network;
  const kernel = lastKernel(teacher);
  const all = Array.from({ length: classes }, (_, k) => k);
  if (kernel === null) return all.map((k) => all.map((j) => (j === k ? 1 : 0)));
  const columns = all.map((k) => column(kernel.values, classes, k));
  return columns.map((own) => {
    const row = columns.map((other) => cosine(own, other));
    const [least, most] = [Math.min(...row), Math.max(...row)];
    return row.map((value) => (most > least ? (value - least) / (most - least) : 1));
  });
};

/**
 * Answers that a teacher could give, one class after the other in turn: shares of the classes [count, classes], drawn from
 * Dirichlet distributions about each class (zero-shot knowledge distillation, Nayak et al., ICML 2019).
 */
export const drawAnswers = (similarity: readonly (readonly number[])[], count: number, stream: RandomStream) => {
  const classes = similarity.length;
  const answers = new Float32Array(count * classes);
  for (let i = 0; i < count; i++) {
    const factor = sharpness[Math.floor(i / classes) % sharpness.length];
    const logs = similarity[i % classes].map((value) => logGamma(Math.max(leastConcentration, factor * value), stream));
    answers.set(sharesOf(Float64Array.from(logs)), i * classes);
  }
  return answers;
};
