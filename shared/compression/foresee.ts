import type { CompiledNetwork } from '../models/network.js';
import { CodedError } from '../util/errors.js';
import type { Choice } from '../util/registry.js';
import { compressionSteps } from './index.js';
import type { Foreseen } from './foreseen.js';

/**
 * Checks a pipeline before anything is computed: whether each step can follow those before it, on the network as far as that is
 * known then.
 * @param where the list of steps, as a path of the file that has it
 * @throws CodedError `compression/…`, `model/…`
 */
export const foreseePipeline = (steps: readonly Choice[], network: CompiledNetwork, where: string): void => {
  let known: Foreseen = { network, isQuantized: false };
  for (const [index, choice] of steps.entries()) {
    const [step, options] = compressionSteps.chosen(choice);
    try {
      known = step.create(options).foresee(known);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      throw error.at(`${where}.${index}.${step.name}`);
    }
  }
};
