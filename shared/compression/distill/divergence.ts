import type { CompressedModel } from '../model.js';
import type { Workbench } from '../workbench.js';
import type { Taught } from './taught.js';

/** log softmax(logits / τ) */
const logSoftmax = (logits: Float32Array, temperature: number): Float64Array => {
  const soft = Float64Array.from(logits, (z) => z / temperature);
  const most = soft.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = Math.log(soft.reduce((total, z) => total + Math.exp(z - most), 0));
  return soft.map((z) => z - most - sum);
};

/** τ² · KL(softmax(teacher / τ) ‖ softmax(student / τ)) of one example, nats. */
export const divergence = (teacher: Float32Array, student: Float32Array, temperature: number): number => {
  const [from, to] = [logSoftmax(teacher, temperature), logSoftmax(student, temperature)];
  return temperature ** 2 * from.reduce((sum, log, k) => sum + Math.exp(log) * (log - to[k]), 0);
};

/** The distillation loss: how far a student's answers are from its teacher's, the mean over the held-out examples. */
export const distillationLoss = async (
  student: CompressedModel,
  teacher: Taught,
  temperature: number,
  bench: Workbench,
): Promise<number> => {
  const { validation } = bench;
  const { size } = teacher;
  const [own, taught] = [await bench.predict(student, validation), await teacher.rows(validation)];
  let sum = 0;
  for (let at = 0; at < own.length; at += size) {
    sum += divergence(taught.subarray(at, at + size), own.subarray(at, at + size), temperature);
  }
  return sum / validation.length;
};
