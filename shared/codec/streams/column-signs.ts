/*
 * Weights of a unit tend to go one way: a signed number is more often of the sign that the last one in its column has.
 */

interface Signs {
  isNegative(symbol: number): boolean;
  /** The symbol of the opposite number. */
  opposite(symbol: number): number;
}

/**
 * Symbols of an odd alphabet stand for numbers in order around a mode in the middle, or for 0, −1, 1, −2, 2 … from a mode of 0
 * on. Which of the two signs is called negative doesn't matter. Null where the mode is neither.
 */
const signsOf = (mode: number, alphabet: number): Signs | null => {
  if (alphabet % 2 === 0) return null;
  if (mode === 0) return { isNegative: (symbol) => symbol % 2 === 1, opposite: (symbol) => ((symbol - 1) ^ 1) + 1 };
  if (2 * mode !== alphabet - 1) return null;
  return { isNegative: (symbol) => symbol < mode, opposite: (symbol) => alphabet - 1 - symbol };
};

/** Where symbols other than the mode stand. */
export interface Places {
  /** Ascending, one for each symbol. */
  readonly places: Uint32Array;
  readonly rowLength: number;
  readonly mode: number;
  readonly alphabet: number;
}

/** Turns each symbol over where the last one in its column was negative, before it was turned itself. */
export const turnOver = (symbols: Uint16Array, { places, rowLength, mode, alphabet }: Places): Uint16Array => {
  const signs = signsOf(mode, alphabet);
  if (signs === null) return symbols;
  const negative = new Uint8Array(rowLength);
  return symbols.map((symbol, i) => {
    const column = places[i] % rowLength;
    const turned = negative[column] === 1 ? signs.opposite(symbol) : symbol;
    negative[column] = signs.isNegative(symbol) ? 1 : 0;
    return turned;
  });
};

/** The symbols that {@link turnOver} was given. */
export const turnBack = (turned: Uint16Array, { places, rowLength, mode, alphabet }: Places): Uint16Array => {
  const signs = signsOf(mode, alphabet);
  if (signs === null) return turned;
  const negative = new Uint8Array(rowLength);
  return turned.map((symbol, i) => {
    const column = places[i] % rowLength;
    const back = negative[column] === 1 ? signs.opposite(symbol) : symbol;
    negative[column] = signs.isNegative(back) ? 1 : 0;
    return back;
  });
};
