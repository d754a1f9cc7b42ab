import { makeRegistry } from '../util/registry.js';
import { data } from './distill/data.js';
import { feature } from './distill/feature.js';
import { online } from './distill/online.js';
import { relation } from './distill/relation.js';
import { response } from './distill/response.js';
import { fineTune } from './fine-tune.js';
import { admm } from './prune/admm.js';
import { filter } from './prune/filter.js';
import { gradient } from './prune/gradient.js';
import { lasso } from './prune/lasso.js';
import { magnitude } from './prune/magnitude.js';
import { neuron } from './prune/neuron.js';
import { shrink } from './prune/shrink.js';
import { taylor } from './prune/taylor.js';
import { cluster } from './quantize/cluster.js';
import { mixed } from './quantize/mixed.js';
import { ptq } from './quantize/ptq.js';
import { qat } from './quantize/qat.js';
import { search } from './search/search.js';

/** Every step of a pipeline of model compression. */
export const compressionSteps = makeRegistry('compression step', [
  magnitude,
  gradient,
  taylor,
  filter,
  neuron,
  shrink,
  admm,
  lasso,
  ptq,
  qat,
  mixed,
  cluster,
  search,
  response,
  relation,
  feature,
  data,
  online,
  fineTune,
]);
