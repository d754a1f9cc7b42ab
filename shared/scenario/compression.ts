import { federatedCompression } from '../compression/during/index.js';
import type { DuringTraining } from '../compression/during/during.js';
import type { Pruner } from '../compression/during/pruner.js';
import type { Method, Parameterization } from '../method/method.js';
import { withPruning } from '../method/pruning/with-pruning.js';
import type { CompiledNetwork } from '../models/network.js';
import { CodedError } from '../util/errors.js';
import type { Scenario } from './scenario.js';

/** A method with what it learns, as model compression leaves them. */
export interface CompressedMethod {
  readonly method: Method;
  readonly parameterization: Parameterization;
  /** Which weights go, and when; null: none do. */
  readonly pruner: Pruner | null;
}

const add = (
  { method, parameterization, pruner }: CompressedMethod,
  { training, extended, pruner: other, deployed }: DuringTraining,
  network: CompiledNetwork,
): CompressedMethod => {
  other?.check(network);
  const { weights } = parameterization;
  if (extended !== undefined && parameterization.network !== network) {
    throw new CodedError('compression/impossible', 'Steps can’t be learned beside what the method learns.', {
      where: 'modelCompression.during',
      hint: 'Take a method that learns the network’s weights, such as fedavg, or step: measured.',
    });
  }
  return {
    method: other === undefined ? method : withPruning(method, network, other),
    pruner: other ?? pruner,
    parameterization: {
      ...parameterization,
      ...(extended === undefined ? {} : { network: extended(network) }),
      training: {
        ...parameterization.training,
        ...training,
        ...(other === undefined ? {} : { hooks: [...(parameterization.training.hooks ?? []), 'mask' as const] }),
      },
      weights: deployed === undefined ? weights : (...of) => deployed(network, weights(...of)),
    },
  };
};

/**
 * Puts the methods of `modelCompression.during` around a method, one after the other.
 * @param network the scenario's
 * @throws CodedError `compression/…` where one does not fit the network
 */
export const withCompression = (
  { modelCompression }: Scenario,
  network: CompiledNetwork,
  method: Method,
  parameterization: Parameterization,
): CompressedMethod =>
  modelCompression.during.reduce<CompressedMethod>(
    (sofar, choice) => {
      const [plugIn, options] = federatedCompression.chosen(choice);
      return add(sofar, plugIn.create(options), network);
    },
    { method, parameterization, pruner: null },
  );
