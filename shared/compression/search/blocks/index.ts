import { makeRegistry } from '../../../util/registry.js';
import { conv } from './conv.js';
import { separable } from './separable.js';
import { shift } from './shift.js';
import { shuffle } from './shuffle.js';

/** Every kind of block that a search can build networks of. */
export const searchBlocks = makeRegistry('block', [conv, separable, shuffle, shift]);
