/*
 * Integers as symbols, the small ones first: 0, −1, 1, −2, 2, …
 */

/** The most that an integer's magnitude can be, so that symbols fit 16 bits. */
export const mostMagnitude = 32767;

/** @returns the number of symbols of integers up to a magnitude */
export const alphabetUpTo = (magnitude: number): number => 2 * magnitude + 1;

export const toSymbol = (integer: number): number => (integer << 1) ^ (integer >> 31);

export const toInteger = (symbol: number): number => (symbol >>> 1) ^ -(symbol & 1);
