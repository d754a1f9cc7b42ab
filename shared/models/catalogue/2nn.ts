import { z } from 'zod';
import { denseStack } from '../dense-stack.js';
import type { Model } from '../model.js';

/**
 * The 2NN of McMahan et al., "Communication-Efficient Learning of Deep Networks from Decentralized Data" (AISTATS
 * 2017), section 3: two hidden layers of 200 units with ReLU, 199,210 parameters on MNIST.
 */
export const twoHiddenLayers: Model = {
  name: '2nn',
  summary: 'the FedAvg paper’s 2NN: two hidden layers of 200 units',
  options: z.strictObject({}),
  build: (shape) => denseStack('2nn', shape, [200, 200]),
};
