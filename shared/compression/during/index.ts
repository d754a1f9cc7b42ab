import { makeRegistry } from '../../util/registry.js';
import type { FederatedCompression } from './during.js';
import { filter } from './filter.js';
import { magnitude } from './magnitude.js';
import { qat } from './qat.js';
import { taylor } from './taylor.js';

/** Every method of model compression that works while the federation trains. */
export const federatedCompression = makeRegistry<FederatedCompression>('method of model compression', [
  magnitude,
  taylor,
  filter,
  qat,
]);
