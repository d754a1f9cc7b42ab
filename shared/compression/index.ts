import { makeRegistry } from '../util/registry.js';
import { fineTune } from './fine-tune.js';
import { magnitude } from './prune/magnitude.js';

/** Every step of a pipeline of model compression. */
export const compressionSteps = makeRegistry('compression step', [magnitude, fineTune]);
