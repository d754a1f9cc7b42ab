import { makeRegistry } from '../util/registry.js';
import { data } from './distill/data.js';
import { feature } from './distill/feature.js';
import { online } from './distill/online.js';
import { relation } from './distill/relation.js';
import { response } from './distill/response.js';
import { fineTune } from './fine-tune.js';
import { magnitude } from './prune/magnitude.js';
import { search } from './search/search.js';

/** Every step of a pipeline of model compression. */
export const compressionSteps = makeRegistry('compression step', [
  magnitude,
  response,
  relation,
  feature,
  data,
  online,
  search,
  fineTune,
]);
