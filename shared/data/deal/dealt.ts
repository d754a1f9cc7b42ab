import { CodedError } from '../../util/errors.js';
import type { Partition } from '../dataset.js';
import { partitionFingerprint } from '../fingerprint.js';

/** @throws CodedError `argument/invalid` for a client outside 0 … clients − 1 */
export const checkClient = (client: number, clients: number): void => {
  if (Number.isInteger(client) && client >= 0 && client < clients) return;
  throw new CodedError('argument/invalid', `There is no client ${client}.`, {
    hint: `Clients are 0 … ${clients - 1}.`,
  });
};

/**
 * The partition that cuts a list into one piece a client.
 * @param order indices into the training examples, client after client; kept, not copied
 * @param offsets where each client's piece begins, and the length of the list: clients + 1 numbers
 */
export const dealt = (order: Int32Array, offsets: Int32Array): Partition => {
  const clients = offsets.length - 1;
  let fingerprint: string | null = null;
  return {
    clients,
    size: (client) => {
      checkClient(client, clients);
      return offsets[client + 1] - offsets[client];
    },
    indices: (client) => {
      checkClient(client, clients);
      return order.slice(offsets[client], offsets[client + 1]);
    },
    get fingerprint() {
      fingerprint ??= partitionFingerprint({ clients, examples: order.length }, [offsets, order]);
      return fingerprint;
    },
  };
};

/** @returns offsets of pieces whose sizes differ by at most one, the longer ones first. */
export const evenOffsets = (length: number, pieces: number): Int32Array => {
  const least = Math.floor(length / pieces);
  const longer = length % pieces;
  return Int32Array.from({ length: pieces + 1 }, (_, piece) => piece * least + Math.min(piece, longer));
};
