import type { ReferenceLayer, Rows } from './layer.js';

interface Statistics {
  readonly mean: number;
  /** Biased: the mean of the squared distances from the mean. */
  readonly variance: number;
}

/** @param entries values with their weights, which need not sum to 1 */
const statistics = (entries: readonly (readonly [value: number, weight: number])[]): Statistics => {
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  const mean = entries.reduce((sum, [value, weight]) => sum + value * weight, 0) / total;
  return { mean, variance: entries.reduce((sum, [value, weight]) => sum + (value - mean) ** 2 * weight, 0) / total };
};

const normalized = (value: number, { mean, variance }: Statistics, epsilon: number): number =>
  (value - mean) / Math.sqrt(variance + epsilon);

/** Batch statistics in training, which move the running ones; else those. */
export const batchNormalization: ReferenceLayer<'batchNormalization'> = (run, { options, tensors }, [rows]) => {
  const { momentum, epsilon } = options;
  const { parameter, training } = run;
  const [gamma, beta] = [parameter(tensors['gamma']), parameter(tensors['beta'])];
  const [runningMean, runningVariance] = [parameter(tensors['moving_mean']), parameter(tensors['moving_variance'])];
  const channels = gamma.length;
  const used: Statistics[] = Array.from(gamma, (_, channel) =>
    training === null
      ? { mean: runningMean[channel], variance: runningVariance[channel] }
      : statistics(
          rows.flatMap((row, i) =>
            Array.from(row, (value, at) => [value, at % channels === channel ? training.weights[i] : 0] as const),
          ),
        ),
  );
  if (training !== null) {
    const moved = (running: Float64Array, now: keyof Statistics): Float64Array =>
      running.map((before, channel) => momentum * before + (1 - momentum) * used[channel][now]);
    training.setBuffer(tensors['moving_mean'], moved(runningMean, 'mean'));
    training.setBuffer(tensors['moving_variance'], moved(runningVariance, 'variance'));
  }
  return rows.map((row) =>
    row.map((value, at) => {
      const channel = at % channels;
      return normalized(value, used[channel], epsilon) * gamma[channel] + beta[channel];
    }),
  );
};

/** Each row's values normalized within their group. @param group of the value at a place of the row */
const byGroups = (
  rows: Rows,
  group: (at: number) => number,
  epsilon: number,
  gamma: Float64Array,
  beta: Float64Array,
): Rows =>
  rows.map((row) => {
    const members = new Map<number, number[]>();
    for (const [at, value] of row.entries()) {
      const others = members.get(group(at)) ?? [];
      others.push(value);
      members.set(group(at), others);
    }
    const of = new Map([...members].map(([id, values]) => [id, statistics(values.map((value) => [value, 1]))]));
    return row.map((value, at) => {
      const channel = at % gamma.length;
      const own = of.get(group(at)) ?? { mean: Number.NaN, variance: Number.NaN };
      return normalized(value, own, epsilon) * gamma[channel] + beta[channel];
    });
  });

export const groupNormalization: ReferenceLayer<'groupNormalization'> = (
  { parameter },
  { options, tensors },
  [rows],
) => {
  const [gamma, beta] = [parameter(tensors['gamma']), parameter(tensors['beta'])];
  const each = gamma.length / options.groups;
  return byGroups(rows, (at) => Math.floor((at % gamma.length) / each), options.epsilon, gamma, beta);
};

export const layerNormalization: ReferenceLayer<'layerNormalization'> = (
  { parameter },
  { options, tensors },
  [rows],
) => {
  const [gamma, beta] = [parameter(tensors['gamma']), parameter(tensors['beta'])];
  return byGroups(rows, (at) => Math.floor(at / gamma.length), options.epsilon, gamma, beta);
};
