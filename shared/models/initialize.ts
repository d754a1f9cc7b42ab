import { zeroParameters, type Parameters } from '../params/parameters.js';
import { RandomStream } from '../util/random.js';
import { initializersOf } from './compile.js';
import type { CompiledNetwork } from './network.js';

/**
 * A network's first parameters, with Keras's defaults where it has no others. Each tensor draws from its own stream with
 * the purpose `initialize/TENSOR`, so adding a layer changes no other tensor. Counters begin at 0.
 * @param seed the run's seed
 */
export const initialize = (
  { network, layout, initializers: given, initializeRest }: CompiledNetwork,
  seed: number,
): Parameters => {
  const parameters = zeroParameters(layout);
  const initializers = new Map([...initializersOf(network), ...(given ?? [])]);
  for (const { name, shape, role, offset, size } of layout.tensors) {
    if (role === 'counter') continue;
    const stream = new RandomStream({ seed, purpose: `initialize/${name}` });
    initializers.get(name)?.(parameters.floats.subarray(offset, offset + size), shape, stream);
  }
  initializeRest?.(parameters);
  return parameters;
};
