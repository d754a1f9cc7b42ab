import { makeRegistry } from '../../util/registry.js';
import { twoHiddenLayers } from './2nn.js';
import { logistic } from './logistic.js';
import { mlp } from './mlp.js';

/** Every network that a scenario can name. */
export const models = makeRegistry('model', [logistic, mlp, twoHiddenLayers]);
