import { loadModel } from '../../models/load.js';
import type { CompiledNetwork } from '../../models/network.js';
import { CodedError } from '../../util/errors.js';
import type { Choice } from '../../util/registry.js';

/**
 * A network that a client has for itself, for the same examples as the scenario's.
 * @param where the option that names it, as a path of the scenario
 * @throws CodedError `model/…`
 */
export const clientNetwork = (
  choice: Choice,
  { network: { input: inputShape, classes } }: CompiledNetwork,
  where: string,
): CompiledNetwork => {
  try {
    return loadModel(choice, { inputShape, classes });
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    throw error.at(where);
  }
};

/** What follows from a network, worked out once for each. */
export const rememberedFor = <T>(make: (network: CompiledNetwork) => T): ((network: CompiledNetwork) => T) => {
  const made = new WeakMap<CompiledNetwork, { readonly value: T }>();
  return (network) => {
    const known = made.get(network) ?? { value: make(network) };
    made.set(network, known);
    return known.value;
  };
};
