import { makeRegistry } from '../../../util/registry.js';
import { bitmap } from './bitmap.js';
import { csc } from './csc.js';
import { csr } from './csr.js';
import { dense } from './dense.js';
import { eliasfano } from './eliasfano.js';
import type { StorageFormat } from './format.js';
import { gaps } from './gaps.js';
import { golomb } from './golomb.js';
import { map } from './map.js';
import { relative } from './relative.js';

/** Every way to store where a tensor's numbers stand. */
export const storageFormats = makeRegistry<StorageFormat>('storage format', [
  dense,
  bitmap,
  csr,
  csc,
  relative,
  golomb,
  eliasfano,
  gaps,
  map,
]);
