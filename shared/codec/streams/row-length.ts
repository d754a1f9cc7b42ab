/*
 * A vector of weights doesn't say which matrices it is made of, so the length of rows is found from where its large
 * values are: columns that have many put them whole rows apart.
 */

const shortestRow = 4;
const longestRow = 2048;
/** Pairs of ones that are looked at: enough to tell columns from chance, and quick. */
const mostPairs = 120_000;
const mostOnes = 65_536;
/** Distances that are tried as rows. */
const candidates = 16;

/** How often two ones are so far apart, for some of the ones. */
const countDistances = (ones: Uint32Array, density: number): Uint32Array => {
  const counts = new Uint32Array(longestRow + 2);
  const stride = Math.max(1, Math.ceil((ones.length * longestRow * density) / mostPairs));
  for (let i = 0; i < ones.length; i += stride) {
    const from = ones[i];
    for (let j = i + 1; j < ones.length && ones[j] - from < counts.length; j++) counts[ones[j] - from]++;
  }
  return counts;
};

/** The distances that are most above their neighbours, ascending. */
const outstanding = (counts: Uint32Array): number[] => {
  const found: { distance: number; excess: number }[] = [];
  for (let distance = shortestRow; distance <= longestRow; distance++) {
    const expected = (counts[distance - 1] + counts[distance + 1]) / 2;
    const excess = (counts[distance] - expected) / Math.sqrt(1.5 * expected + 4);
    // Of a chance difference this is about the standard deviation.
    if (excess > 2) found.push({ distance, excess });
  }
  return found
    .sort((a, b) => b.excess - a.excess)
    .slice(0, candidates)
    .map(({ distance }) => distance)
    .sort((a, b) => a - b);
};

/** Bits that the shares of columns save for some of the ones, less those of the shares themselves (Rissanen 1978). */
const columnGain = (ones: Uint32Array, rowLength: number): number => {
  const columns = new Uint32Array(rowLength);
  const stride = Math.ceil(ones.length / mostOnes);
  const count = Math.ceil(ones.length / stride);
  for (let i = 0; i < ones.length; i += stride) columns[ones[i] % rowLength]++;
  let gain = (-rowLength / 2) * Math.log2(count);
  for (const column of columns) if (column > 0) gain += column * Math.log2((column * rowLength) / count);
  return gain;
};

/** @param ones ascending places of ones @returns the length of rows; 1 where no columns stand out */
export const findRowLength = (ones: Uint32Array, length: number): number => {
  let best = 1;
  let mostGain = 0;
  for (const distance of outstanding(countDistances(ones, ones.length / Math.max(1, length)))) {
    const gain = columnGain(ones, distance);
    // Several rows as one have the same columns again, and by chance seem a little better.
    if (gain <= 1.1 * mostGain) continue;
    mostGain = gain;
    best = distance;
  }
  return best;
};
