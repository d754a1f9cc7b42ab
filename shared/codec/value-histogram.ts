/*
 * Values counted by the upper half of their words, with the bits turned so that their order is the order of the values: a bin spans
 * 1/128 of its values, so its mean stands for them all. Of few values each different one has a bin.
 */

const keys = 65536;
const few = 4096;

/** The bin of a float's word: ascending with the value. */
const keyOf = (word: number): number => (word ^ ((word >> 31) | 0x80000000)) >>> 16;

const wordsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length);

/** Bins with values in them, ascending. */
export interface Histogram {
  readonly counts: Float64Array;
  readonly means: Float64Array;
}

const ofFew = (values: Float32Array): Histogram => {
  const sorted = values.slice().sort();
  const counts: number[] = [];
  const means: number[] = [];
  for (const value of sorted) {
    if (value === means.at(-1)) counts[counts.length - 1]++;
    else {
      means.push(value);
      counts.push(1);
    }
  }
  return { counts: Float64Array.from(counts), means: Float64Array.from(means) };
};

export const histogramOf = (values: Float32Array): Histogram => {
  if (values.length <= few) return ofFew(values);
  const words = wordsOf(values);
  const counts = new Uint32Array(keys);
  const sums = new Float64Array(keys);
  for (let i = 0; i < values.length; i++) {
    const key = keyOf(words[i]);
    counts[key]++;
    sums[key] += values[i];
  }
  const filled = Array.from(counts.keys()).filter((key) => counts[key] > 0);
  return {
    counts: Float64Array.from(filled, (key) => counts[key]),
    means: Float64Array.from(filled, (key) => sums[key] / counts[key]),
  };
};

const float = new Float32Array(1);
const floatWord = wordsOf(float);

/** How many of the borders a value is not below. */
const placeOf = (value: number, borders: Float64Array): number => {
  let [low, high] = [0, borders.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value >= borders[middle]) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** The place of each bin's least value, or a lower one. */
const lowestPlaces = (borders: Float64Array): Uint16Array => {
  const lowest = new Uint16Array(keys);
  for (const border of borders) {
    // All values of the bins after the border's own are above it.
    float[0] = border;
    const next = keyOf(floatWord[0]) + 1;
    if (next < keys) lowest[next]++;
  }
  for (let bin = 1; bin < keys; bin++) lowest[bin] += lowest[bin - 1];
  return lowest;
};

/** The place of each value: how many of the borders it is not below. @param borders ascending */
export const placesAmong = (values: Float32Array, borders: Float64Array): Uint16Array => {
  const places = new Uint16Array(values.length);
  if (values.length <= few) {
    for (let i = 0; i < values.length; i++) places[i] = placeOf(values[i], borders);
    return places;
  }
  const words = wordsOf(values);
  const lowest = lowestPlaces(borders);
  const limits = Float64Array.of(...borders, Infinity);
  for (let i = 0; i < values.length; i++) {
    let place = lowest[keyOf(words[i])];
    while (values[i] >= limits[place]) place++;
    places[i] = place;
  }
  return places;
};
