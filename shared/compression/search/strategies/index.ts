import { makeRegistry } from '../../../util/registry.js';
import { evolution } from './evolution.js';
import { halving } from './halving.js';

/** Every way to choose the next network to try. */
export const searchStrategies = makeRegistry('search strategy', [evolution, halving]);
