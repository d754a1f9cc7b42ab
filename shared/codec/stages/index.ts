import { makeRegistry } from '../../util/registry.js';
import type { Stage } from '../stage-interface.js';
import { deflate } from './deflate.js';
import { entropy } from './entropy.js';
import { float16 } from './float16.js';
import { golomb } from './golomb.js';
import { huffman } from './huffman.js';
import { integers } from './integers.js';
import { quantize } from './quantize.js';
import { randomk } from './randomk.js';
import { sign } from './sign.js';
import { step } from './step.js';
import { ternary } from './ternary.js';
import { threshold } from './threshold.js';
import { topk } from './topk.js';

/** Every codec stage: sparsifiers, quantizers, entropy coders. */
export const stages = makeRegistry<Stage>('stage', [
  topk,
  randomk,
  threshold,
  quantize,
  step,
  ternary,
  sign,
  float16,
  integers,
  golomb,
  huffman,
  deflate,
  entropy,
]);
