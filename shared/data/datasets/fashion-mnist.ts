import { z } from 'zod';
import { CodedError } from '../../util/errors.js';
import { loadIdxFolder, usualFiles } from '../idx-folder.js';
import type { DatasetPlugIn } from '../plug-ins.js';

/** Xiao, Rasul and Vollgraf, "Fashion-MNIST: a novel image dataset for benchmarking machine learning" (2017). */
export const fashionMnist: DatasetPlugIn = {
  name: 'fashion-mnist',
  summary: 'articles of clothing: 60,000 training and 10,000 test images, 28 × 28 grey, 10 classes; needs folder',
  options: z.strictObject({}),
  load: async ({ folder }) => {
    if (folder === null) {
      throw new CodedError('data/missing-file', 'Fashion-MNIST does not come with the package.', {
        where: 'dataset.folder',
        hint: `Set it to a folder with ${usualFiles}.`,
      });
    }
    return loadIdxFolder({ name: 'fashion-mnist', folder, classes: 10, inputShape: [28, 28, 1] });
  },
};
