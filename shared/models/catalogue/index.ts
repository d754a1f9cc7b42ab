import { makeRegistry } from '../../util/registry.js';
import { twoHiddenLayers } from './2nn.js';
import { chars } from './chars.js';
import { cnn } from './cnn.js';
import { depthwise } from './depthwise.js';
import { layers } from './layers.js';
import { lenet5 } from './lenet5.js';
import { logistic } from './logistic.js';
import { mlp } from './mlp.js';
import { mobilenetv1 } from './mobilenetv1.js';
import { mobilenetv2 } from './mobilenetv2.js';
import { resnet8 } from './resnet8.js';
import { shiftnet } from './shiftnet.js';
import { shufflenet } from './shufflenet.js';

/** Every network that a scenario can name. */
export const models = makeRegistry('model', [
  logistic,
  mlp,
  twoHiddenLayers,
  cnn,
  lenet5,
  resnet8,
  mobilenetv1,
  mobilenetv2,
  shufflenet,
  shiftnet,
  depthwise,
  chars,
  layers,
]);
