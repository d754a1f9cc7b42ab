import type { BitReader, BitWriter } from '../util/bits.js';
import {
  budgetOf,
  drawExtra,
  mostSymbols,
  packCells,
  symbolsFor,
  unpackCells,
  type BitBudget,
} from './fractional-bits.js';
import { drawSigns, paddedLength, pieceLengths, rotate, rotateBack } from './hadamard.js';
import { LloydMax } from './lloyd-max.js';
import { readScale } from './scale.js';
import { floatsOf } from './sparsifier.js';
import type { Restore, Transform, Unit } from './stage-interface.js';
import { denseShape, denseValue, saturate, type Shape, type Symbols, type Value } from './value.js';

/*
 * DRIVE (Vargaftik et al. 2021) and EDEN (Vargaftik et al. 2022): rotate, round each coordinate to the levels of a
 * Gaussian's best quantizer, and scale each piece so that the restored vector has the same product with the vector as the
 * vector itself (unbiased), or the least error. A coordinate without a bit is restored to 0.
 */

export type ScaleRule = 'unbiased' | 'least-error';

/** What both sides draw from the key. */
interface Draw {
  readonly length: number;
  readonly pieces: readonly number[];
  readonly signs: Uint32Array;
  readonly extra: Uint8Array | null;
}

const draw = (stage: string, budget: BitBudget, length: number, unit: Unit): Draw => {
  const random = unit.random(stage);
  const pieces = pieceLengths(length);
  const signs = drawSigns(random, paddedLength(length));
  return { length, pieces, signs, extra: drawExtra(random, budget, pieces) };
};

/** 1 over the root mean square from `start` to before `end`; 0 of zeros. */
const inverseRms = (values: Float32Array, start: number, end: number): number => {
  let sum = 0;
  for (let i = start; i < end; i++) sum += values[i] * values[i];
  return sum === 0 ? 0 : 1 / Math.sqrt(sum / (end - start));
};

/** Rounds coordinates to cells: each to its nearest level of ⌊b⌋ bits or of one more. */
class Rounder {
  /** Level of each cell, for coordinates with a mean square of 1. */
  readonly levels: Float32Array;
  private readonly lower: LloydMax | null;
  private readonly upper: LloydMax | null;

  constructor({ whole, part }: BitBudget) {
    this.lower = whole === 0 ? null : new LloydMax(whole);
    this.upper = part === 0 ? null : new LloydMax(whole + 1);
    this.levels = Float32Array.of(...(this.lower?.signedLevels() ?? [0]), ...(this.upper?.signedLevels() ?? []));
  }

  /** Cells of the coordinates of all pieces, each piece brought to a mean square of 1. */
  round(rotated: Float32Array, { pieces, extra }: Draw): Uint16Array {
    const cells = new Uint16Array(rotated.length);
    const upperCells = new Uint16Array(this.upper === null ? 0 : rotated.length);
    let at = 0;
    for (const piece of pieces) {
      const factor = inverseRms(rotated, at, at + piece);
      this.lower?.quantize(rotated, factor, cells, at, at + piece);
      this.upper?.quantize(rotated, factor, upperCells, at, at + piece);
      at += piece;
    }
    if (extra === null) return cells;
    const first = this.lower === null ? 1 : 2 * this.lower.levels.length;
    // Without a branch: what is drawn can't be foreseen.
    for (let i = 0; i < cells.length; i++) cells[i] += extra[i] * (first + upperCells[i] - cells[i]);
    return cells;
  }
}

/** The scale of one piece: what its levels are multiplied by. */
const scaleOf = (
  rotated: Float32Array,
  cells: Uint16Array,
  table: Float32Array,
  [start, end]: readonly [number, number],
  rule: ScaleRule,
): number => {
  let product = 0;
  let energy = 0;
  let levelEnergy = 0;
  for (let i = start; i < end; i++) {
    const value = rotated[i];
    const level = table[cells[i]];
    product += level * value;
    energy += value * value;
    levelEnergy += level * level;
  }
  if (!(product > 0)) return 0;
  return Math.fround(saturate(rule === 'unbiased' ? energy / product : product / levelEnergy));
};

const spread = (cells: Uint16Array, table: Float32Array, out: Float32Array, start: number, end: number): void => {
  for (let i = start; i < end; i++) out[i] = table[cells[i]];
};

/** The stage's work. @param bits a coordinate, more than 0 to 8 */
export const rotatedLevels = (stage: string, bits: number, rule: ScaleRule): Transform => {
  const budget = budgetOf(bits);
  const rounder = new Rounder(budget);
  const shapeOf = ({ count, alphabet }: { count: number; alphabet: number }): Shape => ({
    ...denseShape(count),
    kind: 'symbols',
    alphabet,
  });

  const restoreWith =
    ({ length, pieces, signs, extra }: Draw, scales: Float32Array): Restore =>
    (value: Value) => {
      const cells = unpackCells((value as Symbols).symbols, extra, budget);
      const values = new Float32Array(cells.length);
      let at = 0;
      pieces.forEach((piece, p) => {
        const table = rounder.levels.map((level) => saturate(level * scales[p]));
        spread(cells, table, values, at, at + piece);
        at += piece;
      });
      return denseValue(rotateBack(values, signs, length));
    };

  const encode = (value: Value, side: BitWriter, unit: Unit) => {
    const drawn = draw(stage, budget, value.length, unit);
    const rotated = rotate(floatsOf(value), drawn.signs);
    const cells = rounder.round(rotated, drawn);
    let at = 0;
    const scales = Float32Array.from(drawn.pieces, (piece) => {
      at += piece;
      return scaleOf(rotated, cells, rounder.levels, [at - piece, at], rule);
    });
    for (const scale of scales) side.float32(scale);
    const shape = shapeOf(symbolsFor(budget, rotated.length, drawn.extra));
    const symbols = packCells(cells, drawn.extra, budget);
    return { value: { ...shape, symbols } as Symbols, restore: restoreWith(drawn, scales) };
  };

  const open = ({ length }: Shape, side: BitReader, unit: Unit) => {
    const drawn = draw(stage, budget, length, unit);
    const scales = Float32Array.from(drawn.pieces, () => readScale(side));
    const shape = shapeOf(symbolsFor(budget, paddedLength(length), drawn.extra));
    return { shape, restore: restoreWith(drawn, scales) };
  };

  return {
    bound: ({ length }) => ({
      shape: shapeOf(mostSymbols(budget, paddedLength(length))),
      sideBytes: 4 * pieceLengths(length).length,
    }),
    encode,
    open,
  };
};
