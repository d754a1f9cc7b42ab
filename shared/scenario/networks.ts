import type { CompiledNetwork } from '../models/network.js';
import type { Prepared } from './prepare.js';

/** Every network that some process of a run holds: the scenario's, the chain's, and those that clients have for themselves. */
export const networksOfRun = ({
  evaluated,
  network,
  method: { publicLearning, mentoring, subModels },
}: Pick<Prepared, 'evaluated' | 'network' | 'method'>): CompiledNetwork[] => [
  evaluated,
  network,
  ...(publicLearning?.networks(evaluated) ?? []),
  ...(subModels?.(evaluated).all.map((own) => own.network) ?? []),
  ...(mentoring === undefined ? [] : [mentoring.network(evaluated)]),
];
