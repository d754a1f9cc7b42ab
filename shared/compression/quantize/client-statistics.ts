import { CodedError } from '../../util/errors.js';
import type { CompressedModel } from '../model.js';
import type { Workbench } from '../workbench.js';
import { collectCounts } from './activations.js';
import { decodeCounts, encodeCounts } from './counts-coding.js';
import { mergeCounts, noCounts, type ValueCounts } from './counts.js';

/** What the coordinator has after all clients have sent their counts. */
export interface ClientStatistics {
  /** By the points' names. */
  readonly counts: ReadonlyMap<string, ValueCounts>;
  /** What the clients sent, coded, together. */
  readonly bytes: number;
}

/** Training examples dealt at random, as evenly as they can be. */
const dealt = (bench: Workbench, clients: number): Int32Array[] => {
  const order = bench.random('calibration').shuffle(bench.pool.slice());
  const start = (client: number): number => Math.floor((client * order.length) / clients);
  return Array.from({ length: clients }, (_, client) => order.subarray(start(client), start(client + 1)));
};

/**
 * The statistics of a calibration as a federation gets them: training examples are dealt to clients, each counts what its
 * own give, and sends the counts as bytes; the coordinator adds up what it decodes. No value leaves a client.
 * @param examples of each client, all of its own where it has fewer
 * @throws CodedError `compression/impossible` where there are more clients than examples
 */
export const clientStatistics = async (
  model: CompressedModel,
  bench: Workbench,
  { clients, examples, phase }: { readonly clients: number; readonly examples: number; readonly phase: string },
): Promise<ClientStatistics> => {
  const { length } = bench.pool;
  if (clients > length) {
    throw new CodedError('compression/impossible', `${clients} clients have only ${length} examples to count.`, {
      where: 'clients',
      hint: `Take at most ${length} clients: each has one example at least.`,
    });
  }
  const sum = new Map<string, ValueCounts>();
  let bytes = 0;
  for (const own of dealt(bench, clients)) {
    const counts = await collectCounts(model, bench, own.subarray(0, examples), phase);
    const payload = encodeCounts([...counts.values()]);
    bytes += payload.length;
    const decoded = decodeCounts(payload, counts.size);
    for (const [i, point] of [...counts.keys()].entries()) {
      sum.set(point, mergeCounts(sum.get(point) ?? noCounts(), decoded[i]));
    }
  }
  return { counts: sum, bytes };
};
