import { makeRegistry } from '../../util/registry.js';
import type { Stage } from '../stage-interface.js';
import { arithmetic } from './arithmetic.js';
import { bfloat16 } from './bfloat16.js';
import { bitmap } from './bitmap.js';
import { brotli } from './brotli.js';
import { cluster } from './cluster.js';
import { deflate } from './deflate.js';
import { drive } from './drive.js';
import { eden } from './eden.js';
import { eliasdelta } from './eliasdelta.js';
import { eliasfano } from './eliasfano.js';
import { eliasgamma } from './eliasgamma.js';
import { entropy } from './entropy.js';
import { float16 } from './float16.js';
import { float8 } from './float8.js';
import { golomb } from './golomb.js';
import { huffman } from './huffman.js';
import { integers } from './integers.js';
import { lloydmax } from './lloydmax.js';
import { lowrank } from './lowrank.js';
import { mx } from './mx.js';
import { natural } from './natural.js';
import { nf4 } from './nf4.js';
import { onebit } from './onebit.js';
import { qsgd } from './qsgd.js';
import { quantize } from './quantize.js';
import { randomk } from './randomk.js';
import { rans } from './rans.js';
import { rotate } from './rotate.js';
import { sbc } from './sbc.js';
import { sidco } from './sidco.js';
import { sign } from './sign.js';
import { step } from './step.js';
import { ternary } from './ternary.js';
import { terngrad } from './terngrad.js';
import { threshold } from './threshold.js';
import { topk } from './topk.js';
import { varint } from './varint.js';

/** Every codec stage: sparsifiers, quantizers, entropy coders. */
export const stages = makeRegistry<Stage>('stage', [
  topk,
  randomk,
  threshold,
  sidco,
  sbc,
  quantize,
  step,
  ternary,
  sign,
  onebit,
  float16,
  integers,
  qsgd,
  terngrad,
  natural,
  lloydmax,
  cluster,
  float8,
  bfloat16,
  mx,
  nf4,
  drive,
  eden,
  rotate,
  lowrank,
  golomb,
  huffman,
  deflate,
  brotli,
  rans,
  arithmetic,
  eliasgamma,
  eliasdelta,
  eliasfano,
  bitmap,
  varint,
  entropy,
]);
