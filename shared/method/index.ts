import { makeRegistry } from '../util/registry.js';
import { fedavg } from './fedavg.js';
import type { Method } from './method.js';

export const methods = makeRegistry<Method>('method', [fedavg]);
