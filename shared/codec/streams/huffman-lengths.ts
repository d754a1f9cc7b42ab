/** Longest code word: lengths fit four bits. */
export const longestWord = 15;

/** Code lengths of a Huffman code by the two-queue method: leaves in ascending order of count, then joined nodes. */
const optimalLengths = (used: Uint16Array, counts: Uint32Array): Uint8Array => {
  const leaves = used.length;
  const weights = new Float64Array(2 * leaves - 1);
  const parents = new Uint32Array(2 * leaves - 1);
  for (let i = 0; i < leaves; i++) weights[i] = counts[used[i]];
  let leaf = 0;
  let joined = leaves;
  for (let next = leaves; next < weights.length; next++) {
    for (let child = 0; child < 2; child++) {
      const takeLeaf = leaf < leaves && (joined >= next || weights[leaf] <= weights[joined]);
      const taken = takeLeaf ? leaf++ : joined++;
      weights[next] += weights[taken];
      parents[taken] = next;
    }
  }
  const depths = new Uint8Array(weights.length);
  for (let i = weights.length - 2; i >= 0; i--) depths[i] = Math.min(255, depths[parents[i]] + 1);
  return depths.subarray(0, leaves);
};

/**
 * Word lengths of a Huffman code (1952) for symbols with these counts: 0 for a symbol that never comes, at most
 * {@link longestWord}. Where the best code has longer words, counts are flattened until it has not. A single used
 * symbol gets a word of one bit.
 */
export const huffmanLengths = (counts: Uint32Array): Uint8Array => {
  const lengths = new Uint8Array(counts.length);
  const used = Uint16Array.from(counts.keys()).filter((symbol) => counts[symbol] > 0);
  if (used.length === 1) lengths[used[0]] = 1;
  if (used.length < 2) return lengths;
  for (const flat = counts.slice(); ;) {
    used.sort((a, b) => flat[a] - flat[b] || a - b);
    const depths = optimalLengths(used, flat);
    if (depths.every((depth) => depth <= longestWord)) {
      used.forEach((symbol, i) => (lengths[symbol] = depths[i]));
      return lengths;
    }
    for (const symbol of used) flat[symbol] = Math.ceil(flat[symbol] / 2);
  }
};

/** Canonical words: by length, then by symbol, counting up from zero. */
export const canonicalWords = (lengths: Uint8Array): Uint16Array => {
  const words = new Uint16Array(lengths.length);
  let word = 0;
  for (let length = 1; length <= longestWord; length++) {
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] === length) words[symbol] = word++;
    }
    word <<= 1;
  }
  return words;
};

/** The part of all words of {@link longestWord} bits that begin with a word of the code: 1 for a complete code. */
export const kraftSum = (lengths: Uint8Array): number => {
  let sum = 0;
  for (const length of lengths) if (length > 0) sum += 2 ** -length;
  return sum;
};
