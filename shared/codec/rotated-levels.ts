import type { BitReader, BitWriter } from '../util/bits.js';
import { drawSigns, paddedLength, pieceLengths, rotate, rotateBack } from './hadamard.js';
import { LloydMax } from './lloyd-max.js';
import { readScale } from './scale.js';
import { floatsOf } from './sparsifier.js';
import type { Restore, Transform, Unit } from './stage-interface.js';
import { denseShape, denseValue, saturate, type Shape, type Symbols, type Value } from './value.js';

/*
 * DRIVE (Vargaftik et al. 2021) and EDEN (Vargaftik et al. 2022): rotate, round each coordinate to the levels of a
 * Gaussian's best quantizer, and scale each piece so that the restored vector has the same product with the vector as the
 * vector itself (unbiased), or the least error.
 *
 * Of b = p/q bits a coordinate, coordinate i has ⌊(i + 1) b⌋ − ⌊i b⌋, and q coordinates make one symbol of p bits, the first
 * coordinate's bits the highest. With 0 bits a coordinate is restored to 0.
 */

export type ScaleRule = 'unbiased' | 'least-error';

/** b = bits / coordinates, as small whole numbers. */
export interface Rate {
  readonly bits: number;
  readonly coordinates: number;
}

const mostSymbolBits = 16;

/** @returns bits a coordinate as a fraction with at most 16 bits a symbol; null where there is none */
export const rateOf = (bits: number): Rate | null => {
  for (let coordinates = 1; coordinates <= 16; coordinates *= 2) {
    const total = bits * coordinates;
    if (Number.isInteger(total) && total >= 1 && total <= mostSymbolBits && bits <= 8)
      return { bits: total, coordinates };
  }
  return null;
};

/** Bits of each of the coordinates of a symbol. */
const sharesOf = ({ bits, coordinates }: Rate): number[] =>
  Array.from(
    { length: coordinates },
    (_, i) => Math.floor(((i + 1) * bits) / coordinates) - Math.floor((i * bits) / coordinates),
  );

/** A level's number is half the levels plus the magnitude's, or that mirrored for negative values. */
const codeOf = (quantizer: LloydMax, value: number): number => {
  const half = quantizer.levels.length;
  const index = quantizer.indexOf(Math.abs(value));
  return value < 0 ? half - 1 - index : half + index;
};

const levelOf = ({ levels }: LloydMax, code: number): number =>
  code < levels.length ? -levels[levels.length - 1 - code] : levels[code - levels.length];

/** Root mean square; 0 for zeros. */
const rmsOf = (values: Float32Array, start: number, end: number): number => {
  let sum = 0;
  for (let i = start; i < end; i++) sum += values[i] * values[i];
  return Math.sqrt(sum / (end - start));
};

/** The scale of one piece: what its levels are multiplied by. */
const scaleOf = (rotated: Float32Array, levels: Float32Array, start: number, end: number, rule: ScaleRule): number => {
  let product = 0;
  let energy = 0;
  let levelEnergy = 0;
  for (let i = start; i < end; i++) {
    product += levels[i] * rotated[i];
    energy += rotated[i] * rotated[i];
    levelEnergy += levels[i] * levels[i];
  }
  if (!(product > 0)) return 0;
  return Math.fround(saturate(rule === 'unbiased' ? energy / product : product / levelEnergy));
};

interface Side {
  readonly length: number;
  readonly signs: Uint32Array;
  readonly scales: Float32Array;
}

/** The stage's work at a rate. */
export const rotatedLevels = (stage: string, rate: Rate, rule: ScaleRule): Transform => {
  const shares = sharesOf(rate);
  const quantizers = new Map([...new Set(shares)].filter((bits) => bits > 0).map((bits) => [bits, new LloydMax(bits)]));
  const symbolCount = (padded: number): number => Math.ceil(padded / rate.coordinates);
  const shapeOf = (length: number): Shape => ({
    ...denseShape(symbolCount(paddedLength(length))),
    kind: 'symbols',
    alphabet: 2 ** rate.bits,
  });

  /** The level of every rotated coordinate, from symbols. */
  const levelsOf = (symbols: Uint16Array, padded: number): Float32Array => {
    const levels = new Float32Array(padded);
    for (let i = 0; i < symbols.length; i++) {
      let left = rate.bits;
      for (let j = 0; j < rate.coordinates && i * rate.coordinates + j < padded; j++) {
        left -= shares[j];
        const quantizer = quantizers.get(shares[j]);
        if (quantizer === undefined) continue;
        levels[i * rate.coordinates + j] = levelOf(quantizer, (symbols[i] >>> left) & (2 ** shares[j] - 1));
      }
    }
    return levels;
  };

  const restoreWith =
    ({ length, signs, scales }: Side): Restore =>
    (value: Value) => {
      const values = levelsOf((value as Symbols).symbols, paddedLength(length));
      let at = 0;
      pieceLengths(length).forEach((piece, p) => {
        for (const end = at + piece; at < end; at++) values[at] = saturate(values[at] * scales[p]);
      });
      return denseValue(rotateBack(values, signs, length));
    };

  /** Symbols of the rotated coordinates, each piece normalized to a mean square of 1. */
  const symbolsOf = (rotated: Float32Array, length: number): Uint16Array => {
    const symbols = new Uint16Array(symbolCount(rotated.length));
    let at = 0;
    for (const piece of pieceLengths(length)) {
      const rms = rmsOf(rotated, at, at + piece);
      const factor = rms === 0 ? 0 : 1 / rms;
      for (const end = at + piece; at < end; at++) {
        const group = Math.floor(at / rate.coordinates);
        const bits = shares[at - group * rate.coordinates];
        const quantizer = quantizers.get(bits);
        symbols[group] =
          (symbols[group] << bits) | (quantizer === undefined ? 0 : codeOf(quantizer, rotated[at] * factor));
      }
    }
    // A last group with coordinates missing keeps its bits where a full one has them.
    const missing = symbols.length * rate.coordinates - rotated.length;
    if (missing > 0) symbols[symbols.length - 1] <<= shares.slice(-missing).reduce((sum, bits) => sum + bits, 0);
    return symbols;
  };

  const encode = (value: Value, side: BitWriter, unit: Unit) => {
    const { length } = value;
    const padded = paddedLength(length);
    const signs = drawSigns(unit.random(stage), padded);
    const rotated = rotate(floatsOf(value), signs);
    const symbols = symbolsOf(rotated, length);
    const levels = levelsOf(symbols, padded);
    let at = 0;
    const scales = Float32Array.from(pieceLengths(length), (piece) => {
      at += piece;
      return scaleOf(rotated, levels, at - piece, at, rule);
    });
    for (const scale of scales) side.float32(scale);
    return { value: { ...shapeOf(length), symbols } as Symbols, restore: restoreWith({ length, signs, scales }) };
  };

  const open = ({ length }: Shape, side: BitReader, unit: Unit) => {
    const signs = drawSigns(unit.random(stage), paddedLength(length));
    const scales = Float32Array.from(pieceLengths(length), () => readScale(side));
    return { shape: shapeOf(length), restore: restoreWith({ length, signs, scales }) };
  };

  return {
    bound: ({ length }) => ({ shape: shapeOf(length), sideBytes: 4 * pieceLengths(length).length }),
    encode,
    open,
  };
};
