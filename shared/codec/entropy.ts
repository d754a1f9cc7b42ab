/** How often each symbol comes. Two tables, so that equal neighbours don't wait for each other. */
export const histogram = (symbols: Uint16Array, alphabet: number): Uint32Array => {
  const counts = new Uint32Array(alphabet);
  const others = new Uint32Array(alphabet);
  const even = symbols.length & ~1;
  for (let i = 0; i < even; i += 2) {
    counts[symbols[i]]++;
    others[symbols[i + 1]]++;
  }
  if (even < symbols.length) counts[symbols[even]]++;
  for (let symbol = 0; symbol < alphabet; symbol++) counts[symbol] += others[symbol];
  return counts;
};

/** @returns the zero-order empirical entropy of all symbols together, in bits */
export const symbolEntropyBits = (symbols: Uint16Array, alphabet: number): number => {
  const counts = histogram(symbols, alphabet);
  let bits = 0;
  for (let symbol = 0; symbol < alphabet; symbol++) {
    if (counts[symbol] > 0) bits -= counts[symbol] * Math.log2(counts[symbol] / symbols.length);
  }
  return Math.abs(bits);
};

/** ln Γ(x) for x > 0, to about 1e-10 of its value (Stirling's series after shifting x above 10). */
export const logGamma = (x: number): number => {
  let shift = 0;
  let z = x;
  for (; z < 10; z++) shift += Math.log(z);
  const inverse = 1 / (z * z);
  const series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
};

/** @returns log2 C(n, k): the bits that name one of all sets of k positions below n */
export const logChooseBits = (n: number, k: number): number =>
  k <= 0 || k >= n ? 0 : Math.max(0, (logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)) / Math.LN2);
