import type { Optimizer } from '../../engine.js';
import { adamWriter } from './adam.js';
import type { OptimizerWriter } from './optimizer.js';
import { sgdWriter } from './sgd.js';

/** Every optimizer in ONNX operators. */
export const optimizerWriter = (optimizer: Optimizer): OptimizerWriter =>
  optimizer.kind === 'sgd' ? sgdWriter(optimizer) : adamWriter(optimizer);
