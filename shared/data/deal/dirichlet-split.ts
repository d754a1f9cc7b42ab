import { CodedError } from '../../util/errors.js';
import { RandomStream } from '../../util/random.js';
import type { Partition } from '../dataset.js';
import { dealt } from './dealt.js';
import { apportion, dirichletLogs, sharesOf } from './dirichlet-shares.js';
import { topUp, type Counts } from './top-up.js';

/** Groups of examples to be dealt, each by shares of its own. */
export interface DirichletSplit {
  /** The partition's scenario word: it names the random streams, and the error. */
  readonly kind: string;
  readonly groups: readonly Int32Array[];
  readonly clients: number;
  readonly alpha: number;
  /** Examples that every client gets at least. */
  readonly minimum: number;
  readonly seed: number;
}

const checkMinimum = ({ kind, groups, clients, alpha, minimum }: DirichletSplit): void => {
  const examples = groups.reduce((sum, group) => sum + group.length, 0);
  if (clients * minimum <= examples) return;
  throw new CodedError(
    'data/impossible-partition',
    `${kind} with alpha ${alpha} cannot give each of ${clients} clients the minimum of ${minimum} examples: ` +
      `that takes ${clients * minimum}, and there are ${examples}.`,
    {
      where: 'dataset.partition',
      hint: `Set minimum to at most ${Math.floor(examples / clients)}, or take fewer clients.`,
    },
  );
};

const offsetsOf = (counts: Counts, clients: number): Int32Array => {
  const offsets = new Int32Array(clients + 1);
  for (const row of counts) for (let client = 0; client < clients; client++) offsets[client + 1] += row[client];
  for (let client = 0; client < clients; client++) offsets[client + 1] += offsets[client];
  return offsets;
};

/** Cuts each group by its row of counts and lays the pieces of a client side by side. */
const cut = (groups: readonly Int32Array[], counts: Counts, offsets: Int32Array): Int32Array => {
  const order = new Int32Array(offsets[offsets.length - 1]);
  const next = offsets.slice(0, -1);
  groups.forEach((group, row) => {
    let from = 0;
    counts[row].forEach((count, client) => {
      order.set(group.subarray(from, from + count), next[client]);
      from += count;
      next[client] += count;
    });
  });
  return order;
};

/**
 * Deals every group by shares drawn from a symmetric Dirichlet distribution over the clients. One draw decides: clients
 * short of the minimum are filled up afterwards instead of drawing again, so it ends for every alpha.
 * @throws CodedError `data/impossible-partition` where clients × minimum exceeds the examples
 */
export const dirichletSplit = (split: DirichletSplit): Partition => {
  checkMinimum(split);
  const { kind, clients, alpha, minimum, seed } = split;
  const stream = new RandomStream({ seed, purpose: `partition/${kind}` });
  const shuffles = new RandomStream({ seed, purpose: `partition/${kind}/shuffle` });
  const groups = split.groups.filter(({ length }) => length > 0).map((group) => shuffles.shuffle(group.slice()));
  const logs = groups.map(() => dirichletLogs(clients, alpha, stream));
  const counts = groups.map((group, row) => apportion(group.length, sharesOf(logs[row]), stream));
  topUp(counts, logs, minimum);
  const offsets = offsetsOf(counts, clients);
  return dealt(cut(groups, counts, offsets), offsets);
};
