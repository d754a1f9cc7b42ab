import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, messageOf } from '../util/errors.js';
import type { Dataset, Examples } from './dataset.js';
import { datasetFingerprint } from './fingerprint.js';
import { readIdx, type IdxArray } from './idx.js';

/** The four files in their first usual spelling. */
export const usualFiles =
  'train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte ' +
  '(a dot before idx and .gz at the end are fine)';

/** What a dataset is known to be; what is left out comes from the files. */
export interface IdxFolder {
  readonly name: string;
  readonly folder: string;
  /** Number of classes; left out: the greatest label + 1. */
  readonly classes?: number;
  /** [height, width, channels] */
  readonly inputShape?: readonly number[];
}

type Part = 'train-images' | 'train-labels' | 't10k-images' | 't10k-labels';

const listFolder = async (folder: string): Promise<string[]> => {
  try {
    return (await readdir(folder)).sort();
  } catch (thrown) {
    throw new CodedError('data/missing-file', `The folder cannot be read: ${messageOf(thrown)}.`, {
      where: folder,
      hint: `It must be a folder with ${usualFiles}.`,
      cause: thrown,
    });
  }
};

/** @returns the path of one of the four files; the plain form where both are there, as it loads faster. */
const findFile = (folder: string, names: readonly string[], part: Part): string => {
  const usual = new RegExp(`^${part}[-.]idx[134]-ubyte(\\.gz)?$`);
  const found = names.filter((name) => usual.test(name));
  const name = found.find((candidate) => !candidate.endsWith('.gz')) ?? found[0];
  if (name === undefined) {
    throw new CodedError('data/missing-file', `There is no file with the ${part.replace('-', ' ')}.`, {
      where: folder,
      hint: `The folder must hold ${usualFiles}.`,
    });
  }
  return join(folder, name);
};

interface Half {
  readonly images: IdxArray;
  readonly imageFile: string;
  readonly labels: IdxArray;
  readonly labelFile: string;
}

const readHalf = async (folder: string, names: readonly string[], half: 'train' | 't10k'): Promise<Half> => {
  const imageFile = findFile(folder, names, `${half}-images`);
  const labelFile = findFile(folder, names, `${half}-labels`);
  const [images, labels] = await Promise.all([readIdx(imageFile, [3, 4]), readIdx(labelFile, [1])]);
  if (images.shape[0] !== labels.shape[0]) {
    throw new CodedError('data/count-mismatch', `There are ${images.shape[0]} images but ${labels.shape[0]} labels.`, {
      where: `${imageFile} and ${labelFile}`,
      hint: 'Both files must come from the same dataset.',
    });
  }
  return { images, imageFile, labels, labelFile };
};

const greatest = (labels: Uint8Array): number => labels.reduce((most, label) => Math.max(most, label), 0);

const checkShape = ({ images, imageFile }: Half, wanted: readonly number[]): void => {
  const found = imageShape(images);
  if (found.join() === wanted.join()) return;
  throw new CodedError('data/bad-shape', `The images are ${found.join(' × ')} (height × width × channels).`, {
    where: imageFile,
    hint: `They must be ${wanted.join(' × ')}.`,
  });
};

const imageShape = ({ shape }: IdxArray): readonly number[] => [shape[1], shape[2], shape[3] ?? 1];

const checkLabels = ({ labels, labelFile }: Half, classes: number): void => {
  const at = labels.values.findIndex((label) => label >= classes);
  if (at === -1) return;
  throw new CodedError('data/bad-label', `Label ${labels.values[at]} of example ${at} is outside the classes.`, {
    where: labelFile,
    hint: `Labels must be 0 … ${classes - 1}.`,
  });
};

const examplesOf = ({ images, labels }: Half): Examples => ({
  count: images.shape[0],
  inputs: images.values,
  labels: labels.values,
});

/**
 * Reads a dataset of four IDX files: training and test images, rank 3 or 4, and their labels.
 * @throws CodedError `data/...` with the file and the reason
 */
export const loadIdxFolder = async ({ name, folder, classes, inputShape }: IdxFolder): Promise<Dataset> => {
  const names = await listFolder(folder);
  const [train, test] = await Promise.all([readHalf(folder, names, 'train'), readHalf(folder, names, 't10k')]);
  const shape = inputShape ?? imageShape(train.images);
  const known = classes ?? Math.max(greatest(train.labels.values), greatest(test.labels.values)) + 1;
  for (const half of [train, test]) {
    checkShape(half, shape);
    checkLabels(half, known);
  }
  const content = {
    inputShape: shape,
    classes: known,
    scale: Math.fround(1 / 255),
    train: examplesOf(train),
    test: examplesOf(test),
  };
  return { name, ...content, fingerprint: datasetFingerprint(content) };
};
