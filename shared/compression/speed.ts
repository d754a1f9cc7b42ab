import { ModelRunner } from '../engine/onnx/model-runner.js';
import { sizeOf } from '../params/layout.js';
import type { Dataset } from '../data/dataset.js';

/** How fast exported models are, on one thread of this machine. */
export interface Speed {
  /** The median over repeats, in seconds for one example. */
  readonly secondsPerExample: number;
  readonly examplesPerSecond: number;
}

export interface SpeedOptions {
  /** Examples in one call. */
  readonly rows?: number;
  /** Times that each model is timed. */
  readonly repeats?: number;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** @returns seconds of one call */
const timed = async (runner: ModelRunner, values: Float32Array, shape: readonly number[]): Promise<number> => {
  const start = performance.now();
  await runner.logits(values, shape);
  return (performance.now() - start) / 1000;
};

/**
 * Times ONNX models side by side: one call of each in turn, again and again, so that what else the machine does slows all
 * of them alike. Figures of one machine at one time: to be shown, not to be relied on.
 * @param models ONNX files with the input `input`
 */
export const measureSpeed = async (
  models: readonly Uint8Array[],
  { test, inputShape, scale }: Pick<Dataset, 'test' | 'inputShape' | 'scale'>,
  { rows = 100, repeats = 16 }: SpeedOptions = {},
): Promise<Speed[]> => {
  const count = Math.min(rows, test.count);
  const values = Float32Array.from(test.inputs.subarray(0, count * sizeOf(inputShape)), (value) => value * scale);
  const shape = [count, ...inputShape];
  const runners: ModelRunner[] = [];
  try {
    for (const model of models) runners.push(await ModelRunner.open(model));
    const seconds: number[][] = models.map(() => []);
    for (const runner of runners) await runner.logits(values, shape);
    for (let repeat = 0; repeat < repeats; repeat++) {
      // Who comes second finds less in the cache: each comes first as often as last.
      const order = [...runners.entries()];
      for (const [at, runner] of repeat % 2 === 0 ? order : order.toReversed()) {
        seconds[at].push(await timed(runner, values, shape));
      }
    }
    return seconds.map((times) => {
      const secondsPerExample = median(times) / count;
      return { secondsPerExample, examplesPerSecond: 1 / secondsPerExample };
    });
  } finally {
    for (const runner of runners) await runner.release();
  }
};
