import { makeRegistry } from '../../../util/registry.js';
import { codebook } from './codebook.js';
import type { ValueCoding } from './coding.js';
import { float32 } from './float32.js';
import { integers } from './integers.js';
import { planes } from './planes.js';

/** Every way to store the values of a tensor. */
export const valueCodings = makeRegistry<ValueCoding>('value coding', [float32, planes, codebook, integers]);
