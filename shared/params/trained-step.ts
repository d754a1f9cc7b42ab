/* The step of the grid that a kernel is trained on where training sees quantized weights. */

/** What the step is made of: a part of the largest magnitude, and of the mean one of the weights that are not 0. */
export interface StepFactors {
  /** Steps from 0 to either end: 2^(bits−1) − 1. */
  readonly most: number;
  readonly largest: number;
  readonly mean: number;
}

/** @param bits 2 to 8 */
export const stepFactors = (bits: number): StepFactors => {
  const most = 2 ** (bits - 1) - 1;
  return { most, largest: 1 / most, mean: 2 / Math.sqrt(most) };
};

/**
 * With Q steps to either end the smaller one of max |w| / Q and 2 · mean |w| / √Q over what is not 0, from which learned
 * steps start (Esser et al., Learned Step Size Quantization, ICLR 2020, section 2.1): with few bits the largest weight
 * would make most others 0. Weights on such a grid have its step again, unless very many of them are small. 0 of zeros.
 */
export const trainedStep = (values: Float32Array, bits: number): number => {
  const factors = stepFactors(bits);
  let [sum, living, largest] = [0, 0, 0];
  for (const value of values) {
    if (value === 0) continue;
    living++;
    sum += Math.abs(value);
    largest = Math.max(largest, Math.abs(value));
  }
  const steps = [largest * Math.fround(factors.largest), (sum / Math.max(1, living)) * Math.fround(factors.mean)];
  return Math.fround(Math.min(...steps));
};
