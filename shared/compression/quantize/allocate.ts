/* Bits of layers under a budget: a problem of numbers alone. */

export const fewestBits = 2;
export const mostBits = 8;

/** A layer as the budget sees it. */
export interface Allocated {
  /** What a bit of it costs: its weights, or its multiply-accumulates. */
  readonly cost: number;
  /** Mean square of its weights, which quantization errs by in proportion. */
  readonly variance: number;
  /** How much the loss rises with 2, 3, … 8 bits for it alone. */
  readonly rises: readonly number[];
}

const clamp = (bits: number): number => Math.min(mostBits, Math.max(fewestBits, bits));

const riseAt = ({ rises }: Allocated, bits: number): number => rises[bits - fewestBits];

/** What bits cost: the sum over the layers. */
export const costOf = (layers: readonly Allocated[], bits: readonly number[]): number =>
  layers.reduce((sum, { cost }, i) => sum + cost * bits[i], 0);

/** What the loss rises by, as far as layers add up. */
export const riseOf = (layers: readonly Allocated[], bits: readonly number[]): number =>
  layers.reduce((sum, layer, i) => sum + riseAt(layer, bits[i]), 0);

/**
 * Reverse water-filling: b_i = b̄ + ½ · log2(σ_i² / geometric mean of σ²), which is the least squared error of Gaussian
 * sources at b̄ bits in the mean (Cover and Thomas, Elements of Information Theory, section 10.3.3), in whole bits from 2
 * to 8.
 * @param mean b̄
 */
export const waterFilling = (layers: readonly Allocated[], mean: number): number[] => {
  const total = layers.reduce((sum, { cost }) => sum + cost, 0);
  const logarithm = ({ variance }: Allocated): number => 0.5 * Math.log2(Math.max(variance, 1e-30));
  const middle = layers.reduce((sum, layer) => sum + (layer.cost / total) * logarithm(layer), 0);
  return layers.map((layer) => clamp(Math.round(mean + logarithm(layer) - middle)));
};

/** The layer that loses a bit at the least rise of the loss for what it saves; −1 where all have the fewest. */
const nextDown = (layers: readonly Allocated[], bits: readonly number[]): number => {
  let [found, least] = [-1, Infinity];
  for (const [i, layer] of layers.entries()) {
    if (bits[i] === fewestBits) continue;
    const price = (riseAt(layer, bits[i] - 1) - riseAt(layer, bits[i])) / layer.cost;
    if (price < least) [found, least] = [i, price];
  }
  return found;
};

/** The layer that gains most for another bit, of those for which the budget has room; −1 where none gains. */
const nextUp = (layers: readonly Allocated[], bits: readonly number[], room: number): number => {
  let [found, most] = [-1, 0];
  for (const [i, layer] of layers.entries()) {
    if (bits[i] === mostBits || layer.cost > room) continue;
    const gain = (riseAt(layer, bits[i]) - riseAt(layer, bits[i] + 1)) / layer.cost;
    if (gain > most) [found, most] = [i, gain];
  }
  return found;
};

/** From 8 bits everywhere down to 2, a bit at a time: which layer loses the next one, and the bits then. */
export const descent = (layers: readonly Allocated[]): number[][] => {
  const path = [layers.map(() => mostBits)];
  for (;;) {
    const bits = path[path.length - 1];
    const next = nextDown(layers, bits);
    if (next === -1) return path;
    path.push(bits.with(next, bits[next] - 1));
  }
};

/** Takes bits away until the budget holds, then gives what is left of it to where it helps most. */
const fitted = (layers: readonly Allocated[], start: readonly number[], budget: number): number[] => {
  let bits = [...start];
  while (costOf(layers, bits) > budget) {
    const next = nextDown(layers, bits);
    if (next === -1) return bits;
    bits = bits.with(next, bits[next] - 1);
  }
  for (;;) {
    const next = nextUp(layers, bits, budget - costOf(layers, bits));
    if (next === -1) return bits;
    bits = bits.with(next, bits[next] + 1);
  }
};

/**
 * Bits under a budget: greedily from reverse water-filling, and from 8 bits everywhere; of the two what the loss rises by
 * less.
 * @param budget what bits may cost, at least 2 for each unit of cost
 */
export const allocate = (layers: readonly Allocated[], budget: number): number[] => {
  const total = layers.reduce((sum, { cost }) => sum + cost, 0);
  const starts = [layers.map(() => mostBits), waterFilling(layers, budget / total)];
  return starts
    .map((start) => fitted(layers, start, budget))
    .reduce((best, other) => (riseOf(layers, other) < riseOf(layers, best) ? other : best));
};
