import { describe, expect, test } from 'vitest';
import { measureSpeed } from '../../shared/compression/speed.js';
import { exportOnnx } from '../../shared/engine/onnx/export.js';
import { CodedError } from '../../shared/util/errors.js';
import { dataset, perceptron, untrained } from './quantize/small-problem.js';

const file = (): Uint8Array => {
  const { network, parameters } = untrained(perceptron);
  return exportOnnx(network, parameters, { scale: dataset.scale });
};

describe('measureSpeed', () => {
  test('gives a time for each model, also of fewer examples than rows', async () => {
    const speeds = await measureSpeed([file(), file(), file()], dataset, { rows: 10_000, repeats: 3 });
    expect(speeds).toHaveLength(3);
    for (const { secondsPerExample, examplesPerSecond } of speeds) {
      expect(secondsPerExample).toBeGreaterThan(0);
      expect(examplesPerSecond * secondsPerExample).toBeCloseTo(1, 9);
    }
  });

  test('a file that is no model ends with a code', async () => {
    const error = await measureSpeed([Uint8Array.of(1, 2, 3)], dataset).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CodedError);
    expect(error).toHaveProperty('code', 'engine/failed');
  });
});
