import { encodeModel } from '../../params/model-file.js';
import type { CompressedModel } from '../model.js';

/** A model as a file that other tools of this package read. */
export const encodeCompact = ({ parameters }: CompressedModel): Uint8Array => encodeModel(parameters);
