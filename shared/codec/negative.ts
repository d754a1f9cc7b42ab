/** The bits of floats, over the same memory. */
export const wordsOf = (values: Float32Array): Int32Array =>
  new Int32Array(values.buffer, values.byteOffset, values.length);

/** 1 for the bits of a float below zero, else 0, also for −0; without a branch, since signs can't be foreseen. */
export const isNegative = (word: number): number => (word & ~-word) >>> 31;
