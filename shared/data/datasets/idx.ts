import { z } from 'zod';
import { CodedError } from '../../util/errors.js';
import { loadIdxFolder, usualFiles } from '../idx-folder.js';
import type { DatasetPlugIn } from '../plug-ins.js';

/** Any dataset of images and labels in MNIST's file format, such as EMNIST or KMNIST. */
export const idx: DatasetPlugIn = {
  name: 'idx',
  summary: 'any folder with four IDX files of images and labels; shape and classes come from the files',
  options: z.strictObject({}),
  load: async ({ folder }) => {
    if (folder === null) {
      throw new CodedError('data/missing-file', 'The dataset idx is read from a folder, and none is given.', {
        where: 'dataset.folder',
        hint: `Set it to a folder with ${usualFiles}.`,
      });
    }
    return loadIdxFolder({ name: 'idx', folder });
  },
};
