import { makeRegistry } from '../../util/registry.js';
import { twoHiddenLayers } from './2nn.js';
import { cnn } from './cnn.js';
import { depthwise } from './depthwise.js';
import { lenet5 } from './lenet5.js';
import { logistic } from './logistic.js';
import { mlp } from './mlp.js';
import { resnet8 } from './resnet8.js';

/** Every network that a scenario can name. */
export const models = makeRegistry('model', [logistic, mlp, twoHiddenLayers, cnn, depthwise, lenet5, resnet8]);
