import type { Loss } from '../../../shared/engine/engine.js';

/** log softmax */
const logSoftmax = (logits: readonly number[]): number[] => {
  const largest = Math.max(...logits);
  const sum = logits.reduce((total, z) => total + Math.exp(z - largest), 0);
  return logits.map((z) => z - largest - Math.log(sum));
};

/** −log softmax(logits)[label], in nats */
export const crossEntropy = (logits: readonly number[], label: number): number => -logSoftmax(logits)[label];

/** KL(softmax(teacher) ‖ softmax(logits)) */
const divergence = (teacher: readonly number[], logits: readonly number[]): number => {
  const [from, to] = [logSoftmax(teacher), logSoftmax(logits)];
  return from.reduce((sum, log, k) => sum + Math.exp(log) * (log - to[k]), 0);
};

/** One example's loss. @param teacher logits, of distillation */
export const rowLoss = (loss: Loss, logits: readonly number[], label: number, teacher: readonly number[]): number => {
  switch (loss.kind) {
    case 'crossEntropy': {
      const uniform = logits.reduce((sum, _, k) => sum + crossEntropy(logits, k), 0) / logits.length;
      return (1 - loss.labelSmoothing) * crossEntropy(logits, label) + loss.labelSmoothing * uniform;
    }
    case 'meanSquaredError':
      return logits.reduce((sum, z, k) => sum + (z - (k === label ? 1 : 0)) ** 2, 0) / logits.length;
    case 'distillation': {
      const { temperature, alpha } = loss;
      const soft = (values: readonly number[]): number[] => values.map((z) => z / temperature);
      const taught = temperature ** 2 * divergence(soft(teacher), soft(logits));
      return alpha * taught + (1 - alpha) * crossEntropy(logits, label);
    }
  }
};
