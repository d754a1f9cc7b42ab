/** Examples of each group (row) at each client (column). */
export type Counts = readonly Int32Array[];

/** Yields the client with most examples of a group, again and again, as long as it has more than the minimum in all. */
function* givers(counts: Int32Array, sizes: Int32Array, minimum: number): Generator<number, undefined> {
  const initial = counts.slice();
  const order = Array.from(counts.keys())
    .filter((client) => counts[client] > 0)
    .sort((a, b) => initial[b] - initial[a] || a - b);
  for (let level = order.length === 0 ? 0 : initial[order[0]]; level > 0; level--) {
    for (const client of order) {
      if (initial[client] < level) break;
      if (sizes[client] > minimum) yield client;
    }
  }
  return undefined;
}

/** @returns the groups, the one first in which the client's drawn share is the largest. */
const preferred = (logs: readonly Float64Array[], client: number): number[] =>
  Array.from(logs.keys()).sort((a, b) => logs[b][client] - logs[a][client] || a - b);

/**
 * Moves examples so that every client has the minimum, in place and with as few moves as that takes. A client that is
 * short gets examples of the group in which its drawn share is the largest, from whoever has most of them: it stays as
 * one-sided as the draw made it. Takes time proportional to examples, not to clients squared.
 * @param logs logarithms of the drawn shares, a row a group
 * @param minimum at most examples / clients
 */
export const topUp = (counts: Counts, logs: readonly Float64Array[], minimum: number): void => {
  const clients = counts[0].length;
  const sizes = new Int32Array(clients);
  for (const row of counts) for (let client = 0; client < clients; client++) sizes[client] += row[client];
  const sources = counts.map((row) => givers(row, sizes, minimum));
  for (let client = 0; client < clients; client++) {
    if (sizes[client] >= minimum) continue;
    for (const group of preferred(logs, client)) {
      while (sizes[client] < minimum) {
        const giver = sources[group].next().value;
        if (giver === undefined) break;
        counts[group][giver]--;
        sizes[giver]--;
        counts[group][client]++;
        sizes[client]++;
      }
    }
  }
};
