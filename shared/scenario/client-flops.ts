import type { Method } from '../method/method.js';
import { trainingFlopsPerForward, type CompiledNetwork } from '../models/network.js';
import type { Scenario } from './scenario.js';

/** What a client's work follows from. */
export interface ClientWork {
  readonly scenario: Scenario;
  readonly method: Method;
  /** The scenario's network. */
  readonly evaluated: CompiledNetwork;
}

/**
 * Floating-point operations of a client's round: its training, and what it does with public examples.
 * @param samples the client's own examples
 */
export const clientFlops = ({ scenario, method, evaluated }: ClientWork, client: number, samples: number): number => {
  const passes = trainingFlopsPerForward * samples * scenario.local.epochs;
  const { publicLearning: learning, mentoring } = method;
  const subModels = method.subModels?.(evaluated);
  if (subModels !== undefined) return subModels.flopsOf(client) * passes;
  if (mentoring !== undefined) {
    // Each of the two networks answers before the other trains.
    const answers = samples * scenario.local.epochs;
    return (evaluated.flops + mentoring.network(evaluated).flops) * (passes + answers);
  }
  const examples = scenario.dataset.public?.examples ?? 0;
  if (learning === undefined || !learning.atClients) return evaluated.flops * passes;
  const networks = learning.networks(evaluated);
  const { flops } = networks[client % networks.length];
  // It learns from the public examples, then says what it makes of them.
  return flops * (passes + examples * (trainingFlopsPerForward * learning.epochs + 1));
};

/** Mean over the networks that clients have. @param samples of an average client */
export const meanClientFlops = (work: ClientWork, samples: number): number => {
  const { publicLearning, subModels } = work.method;
  const kinds = (publicLearning?.networks(work.evaluated) ?? subModels?.(work.evaluated).all)?.length ?? 1;
  const flops = Array.from({ length: kinds }, (_, client) => clientFlops(work, client, samples));
  return flops.reduce((sum, one) => sum + one, 0) / kinds;
};
