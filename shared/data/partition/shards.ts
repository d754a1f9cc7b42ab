import { z } from 'zod';
import { CodedError } from '../../util/errors.js';
import { RandomStream } from '../../util/random.js';
import type { Partition } from '../dataset.js';
import { dealt, evenOffsets } from '../deal/dealt.js';
import { checkEnough, poolByClass } from '../deal/pool.js';
import type { DealRequest, PartitionPlugIn } from '../plug-ins.js';

const options = z.strictObject({
  classes: z
    .int()
    .min(1)
    .default(2)
    .describe('shards a client gets, from 1; a shard is of one class, or of two where it lies across a border'),
});

const checkShards = (perClient: number, { labels, clients }: DealRequest): void => {
  const shards = clients * perClient;
  if (shards <= labels.length) return;
  throw new CodedError(
    'data/impossible-partition',
    `shards cannot cut ${labels.length} examples into ${shards} shards, ${perClient} for each of ${clients} clients.`,
    {
      where: 'dataset.partition',
      hint: `Set classes to at most ${Math.floor(labels.length / clients)}, or take fewer clients.`,
    },
  );
};

const dealShards = (request: DealRequest, perClient: number): Partition => {
  const { seed, clients, labels } = request;
  const examples = new RandomStream({ seed, purpose: 'partition/shards/examples' });
  const sorted = new Int32Array(labels.length);
  let filled = 0;
  for (const group of poolByClass(request)) {
    // Without this shuffle a shard would always hold the same examples, whatever the seed.
    sorted.set(examples.shuffle(group), filled);
    filled += group.length;
  }
  const borders = evenOffsets(labels.length, clients * perClient);
  const hands = new RandomStream({ seed, purpose: 'partition/shards' }).shuffle(
    Int32Array.from({ length: clients * perClient }, (_, shard) => shard),
  );
  const order = new Int32Array(labels.length);
  const offsets = new Int32Array(clients + 1);
  let at = 0;
  hands.forEach((shard, turn) => {
    order.set(sorted.subarray(borders[shard], borders[shard + 1]), at);
    at += borders[shard + 1] - borders[shard];
    if (turn % perClient === perClient - 1) offsets[(turn + 1) / perClient] = at;
  });
  return dealt(order, offsets);
};

/**
 * The pathological split of McMahan et al., "Communication-efficient learning of deep networks" (2017), section 3:
 * sorted by label, cut into shards of equal size (to one example), and each client gets some of them at random.
 */
export const shards: PartitionPlugIn = {
  name: 'shards',
  summary: 'sorted by class, cut into equal shards, each client gets a few: few classes a client, equal sizes',
  options,
  shorthand: 'classes',
  deal: (request) => {
    checkEnough('shards', request);
    const { classes } = options.parse(request.options);
    checkShards(classes, request);
    return dealShards(request, classes);
  },
};
