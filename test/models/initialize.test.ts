import { describe, expect, test } from 'vitest';
import { initialize } from '../../shared/models/initialize.js';
import { loadModel } from '../../shared/models/load.js';
import { bytesOf, modelHash } from '../../shared/params/parameters.js';

const mnist = { inputShape: [28, 28, 1], classes: 10 };
const mlp = loadModel({ mlp: { hidden: [128] } }, mnist);

const tensorOf = ({ layout, floats }: ReturnType<typeof initialize>, name: string): Float32Array => {
  const tensor = layout.tensors.find((each) => each.name === name);
  if (tensor === undefined) throw new Error(name);
  return floats.subarray(tensor.offset, tensor.offset + tensor.size);
};

describe('initialize', () => {
  test('kernels are Glorot uniform: within the limit, filling it, with its mean and variance; biases are zero', () => {
    const kernel = tensorOf(initialize(mlp, 3), 'dense/kernel');
    const limit = Math.sqrt(6 / (784 + 128));
    const mean = kernel.reduce((sum, value) => sum + value, 0) / kernel.length;
    const variance = kernel.reduce((sum, value) => sum + (value - mean) ** 2, 0) / kernel.length;
    expect(kernel.every((value) => Math.abs(value) <= Math.fround(limit))).toBe(true);
    expect(Math.max(...kernel.subarray(0, 50_000))).toBeGreaterThan(0.999 * limit);
    // The mean's standard error is limit / √(3n), the variance's limit² · √(4 / 45n).
    expect(Math.abs(mean)).toBeLessThan((5 * limit) / Math.sqrt(3 * kernel.length));
    expect(Math.abs(variance - limit ** 2 / 3)).toBeLessThan(5 * limit ** 2 * Math.sqrt(4 / (45 * kernel.length)));
    expect(tensorOf(initialize(mlp, 3), 'dense/bias').every((value) => value === 0)).toBe(true);
  });

  test('a seed gives the same bits again, another seed others', () => {
    expect(modelHash(initialize(mlp, 3))).toBe(modelHash(initialize(mlp, 3)));
    expect(modelHash(initialize(mlp, 3))).not.toBe(modelHash(initialize(mlp, 4)));
  });

  test('a tensor’s values depend on its own name only: a longer network begins the same', () => {
    const deeper = initialize(loadModel({ mlp: { hidden: [128, 30] } }, mnist), 3);
    const same = Buffer.compare(
      bytesOf(tensorOf(deeper, 'dense/kernel')),
      bytesOf(tensorOf(initialize(mlp, 3), 'dense/kernel')),
    );
    expect(same).toBe(0);
    expect(tensorOf(deeper, 'dense_1/kernel').slice(0, 8)).not.toEqual(tensorOf(deeper, 'dense/kernel').slice(0, 8));
  });
});
