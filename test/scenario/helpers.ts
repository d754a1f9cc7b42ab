import { parseScenario, type LoadedScenario } from '../../shared/scenario/load.js';
import { refused } from '../support/refusal.js';

/** The shortest scenario, four lines. */
export const shortest = `rounds: 5
dataset: { name: mnist }
model: 2nn
clients: { total: 100, perRound: 10 }
`;

/** The shortest scenario with more lines below it, the first of them line 5. */
export const withLines = (more: string, set: readonly string[] = []): LoadedScenario =>
  parseScenario(shortest + more, 'test.yaml', { set });

/** @returns what the coded error says of itself; fails when none is thrown */
export const refusal = (action: () => unknown): string => refused(action).describe();
