import { trainingFlopsPerForward } from '../shared/models/network.js';
import type { Prepared } from '../shared/scenario/prepare.js';

/** Floating-point operations of a client's round: its training, and what it does with public examples. */
export const clientFlops = (
  { scenario, method, evaluated, partition, publicSet }: Prepared,
  client: number,
): number => {
  const passes = trainingFlopsPerForward * partition.size(client) * scenario.local.epochs;
  const { publicLearning: learning } = method;
  if (learning === undefined || !learning.atClients || publicSet === null) return evaluated.flops * passes;
  const networks = learning.networks(evaluated);
  const { flops } = networks[client % networks.length];
  // It learns from the public examples, then says what it makes of them.
  return flops * (passes + publicSet.count * (trainingFlopsPerForward * learning.epochs + 1));
};
