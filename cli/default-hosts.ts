import { availableParallelism } from 'node:os';
import type { Scenario } from '../shared/scenario/scenario.js';

/** Hosts by default: one a core, and no more than clients a round. */
export const defaultHosts = ({ clients }: Scenario): number =>
  Math.max(1, Math.min(availableParallelism(), clients.perRound));
