import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../shared/data/load.js';
import { idxBytes, smallFiles, someValues, writeFolder } from '../idx-files.js';
import { cpuMilliseconds } from '../../support/cpu-time.js';
import { refusal } from '../../support/refusal.js';

const countsOf = (labels: Uint8Array): number[] => {
  const counts = Array.from({ length: 10 }, () => 0);
  for (const label of labels) counts[label]++;
  return counts;
};

describe('MNIST', () => {
  it('is all there', async () => {
    const mnist = await loadDataset({ name: 'mnist', folder: null });
    expect(mnist).toMatchObject({ name: 'mnist', inputShape: [28, 28, 1], classes: 10, scale: Math.fround(1 / 255) });
    expect([mnist.train.count, mnist.train.inputs.length]).toEqual([60_000, 60_000 * 784]);
    expect([mnist.test.count, mnist.test.inputs.length]).toEqual([10_000, 10_000 * 784]);
    expect(countsOf(mnist.train.labels)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    expect(countsOf(mnist.test.labels)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    expect([...mnist.train.labels.subarray(0, 8)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3]);
    // The mean that normalizations of MNIST use everywhere.
    const { inputs } = mnist.train;
    let sum = 0;
    for (let at = 0; at < inputs.length; at++) sum += inputs[at];
    expect(sum / inputs.length / 255).toBeCloseTo(0.1307, 4);
  });

  it('loads fast: every host does', async () => {
    const begin = cpuMilliseconds();
    await loadDataset({ name: 'mnist', folder: null });
    // About 80 ms; the bound is wide for machines that are busy or lack SHA instructions.
    expect(cpuMilliseconds() - begin).toBeLessThan(2000);
  });

  it('can be read from a folder, where it must be 28 × 28 in 10 classes', async () => {
    const files = {
      trainImages: idxBytes([2, 28, 28], someValues(1568)),
      trainLabels: idxBytes([2], Uint8Array.of(0, 9)),
      testImages: idxBytes([1, 28, 28], someValues(784)),
      testLabels: idxBytes([1], Uint8Array.of(3)),
    };
    const folder = await writeFolder(files);
    expect(await loadDataset({ name: 'mnist', folder })).toMatchObject({ classes: 10, train: { count: 2 } });
    await writeFile(join(folder, 'train-labels-idx1-ubyte'), idxBytes([2], Uint8Array.of(9, 10)));
    const error = await refusal('data/bad-label', () => loadDataset({ name: 'mnist', folder }));
    expect(error.describe()).toContain('train-labels-idx1-ubyte: Label 10 of example 1');
    const small = await writeFolder(smallFiles);
    await refusal('data/bad-shape', () => loadDataset({ name: 'mnist', folder: small }));
  });
});

describe('Fashion-MNIST', () => {
  it('says which files it needs', async () => {
    const error = await refusal('data/missing-file', () => loadDataset({ name: 'fashion-mnist', folder: null }));
    expect(error.message).toContain('does not come with the package');
    for (const part of ['train-images', 'train-labels', 't10k-images', 't10k-labels'])
      expect(error.hint).toContain(part);
  });

  it('is read from its gzip files', async () => {
    const files = {
      trainImages: idxBytes([3, 28, 28], someValues(2352)),
      trainLabels: idxBytes([3], Uint8Array.of(0, 9, 4)),
      testImages: idxBytes([1, 28, 28], someValues(784)),
      testLabels: idxBytes([1], Uint8Array.of(3)),
    };
    const folder = await writeFolder(files, { gzip: true });
    const dataset = await loadDataset({ name: 'fashion-mnist', folder });
    expect(dataset).toMatchObject({ name: 'fashion-mnist', classes: 10, inputShape: [28, 28, 1], train: { count: 3 } });
  });
});

it('an unknown dataset is refused with the known ones', async () => {
  const error = await refusal('argument/unknown-name', () => loadDataset({ name: 'imagenet', folder: null }));
  expect(error.hint).toContain('mnist, fashion-mnist, idx');
});
