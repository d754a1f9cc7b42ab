import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromLevels, levelOf, onGrid, toLevels, type Grid } from '../../../shared/engine/grid.js';
import { makeGrid, type GridForm } from '../../../shared/compression/quantize/make-grid.js';

const forms: readonly GridForm[] = ['signed', 'unsigned', 'offset', 'signedOffset'];
const value = fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-1e6), max: Math.fround(1e6) });
const form = fc.constantFrom(...forms);
const bits = fc.integer({ min: 2, max: 8 });

const gridOver = (values: Float32Array, of: GridForm, width: number): Grid => {
  const low = Math.min(0, ...values);
  return makeGrid([{ low, high: Math.max(0, ...values) }], of, width);
};

describe('grids', () => {
  test('0 is on every grid, exactly', () => {
    fc.assert(
      fc.property(
        fc.float32Array({ minLength: 1, noNaN: true, noDefaultInfinity: true }),
        form,
        bits,
        (values, of, width) => {
          const grid = gridOver(values, of, width);
          expect(grid.zeroPoints[0]).toBeGreaterThanOrEqual(grid.least);
          expect(grid.zeroPoints[0]).toBeLessThanOrEqual(grid.most);
          expect(onGrid(Float32Array.of(0), grid)[0]).toBe(0);
        },
      ),
    );
  });

  test('values inside are at most half a step away, and a value on the grid stays', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 50 }), form, bits, (list, of, width) => {
        const values = Float32Array.from(list, (x) => (of === 'unsigned' ? Math.abs(x) : x));
        const grid = gridOver(values, of, width);
        const moved = onGrid(values, grid);
        // The zero point is rounded to a level, which moves the ends of an offset grid by up to half a step more.
        const slack = of === 'offset' || of === 'signedOffset' ? 1.01 : 0.501;
        values.forEach((x, i) => expect(Math.abs(moved[i] - x)).toBeLessThanOrEqual(slack * grid.scales[0] + 1e-30));
        expect(Array.from(toLevels(moved, grid))).toEqual(Array.from(toLevels(values, grid)));
      }),
    );
  });

  test('symmetric levels go from −127 to 127 with 8 bits, and −1 to 1 with 2', () => {
    const grid = (width: number): Grid => makeGrid([{ low: -3, high: 2 }], 'signed', width);
    expect([grid(8).least, grid(8).most, grid(8).zeroPoints[0]]).toEqual([-127, 127, 0]);
    expect([grid(2).least, grid(2).most]).toEqual([-1, 1]);
    expect(onGrid(Float32Array.of(-3, -1.51, -1.49, 100), grid(2))).toEqual(Float32Array.of(-3, -3, 0, 3));
  });

  test('an offset grid has 2^bits levels over its range', () => {
    const { least, most, scales, zeroPoints } = makeGrid([{ low: -1, high: 2 }], 'offset', 2);
    expect([least, most, scales[0], zeroPoints[0]]).toEqual([0, 3, 1, 1]);
    const signed = makeGrid([{ low: -1, high: 2 }], 'signedOffset', 2);
    expect([signed.least, signed.most, signed.zeroPoints[0]]).toEqual([-2, 1, -1]);
  });

  test('halves go to the even level, and what lies outside to the ends', () => {
    const grid = makeGrid([{ low: -7, high: 7 }], 'signed', 4);
    expect(grid.scales[0]).toBe(1);
    expect([0.5, 1.5, 2.5, -0.5, -1.5, 6.5, 7.5, -900].map((x) => levelOf(x, 1, 0, grid))).toEqual([
      0, 2, 2, 0, -2, 6, 7, -7,
    ]);
  });

  test('a tensor of one value keeps it, one of zeros keeps them', () => {
    for (const of of ['signed', 'offset', 'signedOffset'] as const) {
      for (const constant of [5, -0.3, 1e-20]) {
        const values = new Float32Array(4).fill(constant);
        expect(Math.abs(onGrid(values, gridOver(values, of, 4))[0] / values[0] - 1)).toBeLessThan(1e-6);
      }
      expect(onGrid(new Float32Array(3), gridOver(new Float32Array(3), of, 8))).toEqual(new Float32Array(3));
    }
  });

  test('each channel has its own scale, the channels last', () => {
    const grid = makeGrid(
      [
        { low: -1, high: 1 },
        { low: -100, high: 100 },
      ],
      'signed',
      8,
    );
    const values = Float32Array.of(1, 100, 0.5, 50);
    expect(Array.from(toLevels(values, grid))).toEqual([127, 127, 64, 64]);
    expect(fromLevels([127, 127], grid)[1]).toBeCloseTo(100, 4);
  });
});
