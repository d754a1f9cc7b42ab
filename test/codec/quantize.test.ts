import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCodec } from '../../shared/codec/pipeline.js';
import limits from '../vectors/codec-limits.json' with { type: 'json' };
import { byColumns, byRows } from '../../shared/codec/columns.js';
import { makeLayout } from '../../shared/params/layout.js';
import { expectUnbiased } from './laws.js';
import { coding, contextOf, energy, gaussian, heavyTailed, squaredDistance } from './vectors.js';

const encode = (value: Float32Array, options: Record<string, unknown>, round = 0) =>
  createCodec(coding([{ quantize: options }])).encode(value, contextOf(value.length, { round }), {});

const nmseOf = (value: Float32Array, options: Record<string, unknown>): number => {
  const { measures } = encode(value, options);
  return measures.errorEnergy / measures.inputEnergy;
};

const largest = (value: Float32Array): number => value.reduce((max, x) => Math.max(max, Math.abs(x)), 0);

describe('nearest rounding', () => {
  test.each([2, 3, 4, 8, 11, 16])(
    '%i bits: every error is at most half a step, zero and the largest are exact',
    (bits) => {
      const value = gaussian(1000);
      value[17] = 0;
      const { decoded } = encode(value, { bits });
      const top = largest(value);
      const halfStep = top / (2 ** bits - 2);
      expect(decoded.every((x, i) => Math.abs(x - value[i]) <= halfStep * (1 + 1e-5))).toBe(true);
      expect(decoded[17]).toBe(0);
      expect(largest(decoded)).toBe(top);
    },
  );

  test('no level is nearer than the one taken', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, min: -1e3, max: 1e3 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 2, max: 9 }),
        (list, bits) => {
          const value = Float32Array.from(list);
          const { decoded } = encode(value, { bits });
          const step = largest(value) / (2 ** (bits - 1) - 1);
          expect(decoded.every((x, i) => Math.abs(x - value[i]) <= step * 0.500001 + 1e-44)).toBe(true);
        },
      ),
    );
  });

  test('one bit: two levels at plus and minus the largest', () => {
    const value = Float32Array.of(0.2, -0.1, 3, -2);
    expect(Array.from(encode(value, { bits: 1 }).decoded)).toEqual([3, -3, 3, -3]);
  });

  // One vector's NMSE depends on its largest value; these bands hold for 2^20 values and several seeds.
  test.each([
    [8, null, 1.22e-4, 0.25],
    [4, null, 0.0403, 0.25],
    [8, 64, 3.5e-5, 0.06],
    [4, 64, 0.0116, 0.03],
  ])('%i bits, block %s: the NMSE on a Gaussian is about %f', (bits, block, expected, tolerance) => {
    expect(Math.abs(nmseOf(gaussian(2 ** 18), { bits, block }) / expected - 1)).toBeLessThan(tolerance);
  });
});

describe('gaussian scale', () => {
  test.each(Object.entries(limits.uniformMidrise))(
    '%s bits: the NMSE is that of the best uniform quantizer',
    (bits, { mse }) => {
      const nmse = nmseOf(gaussian(200_000), { bits: Number(bits), scale: 'gaussian' });
      expect(Math.abs(nmse / mse - 1)).toBeLessThan(0.06);
    },
  );

  test.each(Object.entries(limits.uniformMidrise))('%s bits: levels are the table’s step apart', (bits, { step }) => {
    const value = gaussian(5000);
    const rms = Math.sqrt(value.reduce((sum, x) => sum + x * x, 0) / value.length);
    const levels = Array.from(new Set(encode(value, { bits: Number(bits), scale: 'gaussian' }).decoded)).sort(
      (a, b) => a - b,
    );
    const gaps = levels.slice(1).map((level, i) => (level - levels[i]) / (rms * step));
    for (const gap of gaps) expect(Math.abs(gap - Math.round(gap))).toBeLessThan(1e-3);
    expect(Math.min(...gaps)).toBeCloseTo(1, 3);
  });
});

describe('stochastic rounding', () => {
  const rounds = 3000;
  const value = gaussian(200);

  test.each([{ bits: 1 }, { bits: 2 }, { bits: 4 }, { bits: 8 }, { bits: 3, block: 16 }])(
    'is unbiased, its variance is step² f (1 − f): %j',
    (options) => {
      const sums = new Float64Array(value.length);
      const squares = new Float64Array(value.length);
      for (let round = 0; round < rounds; round++) {
        const { decoded } = encode(value, { ...options, rounding: 'stochastic' }, round);
        for (let i = 0; i < value.length; i++) {
          sums[i] += decoded[i] - value[i];
          squares[i] += (decoded[i] - value[i]) ** 2;
        }
      }
      let expectedVariance = 0;
      for (let i = 0; i < value.length; i++) {
        const deviation = Math.sqrt(squares[i] / rounds);
        expect(Math.abs(sums[i] / rounds)).toBeLessThan((4.7 * deviation) / Math.sqrt(rounds) + 1e-6);
        const levels = options.bits === 1 ? 2 : 2 ** options.bits - 1;
        if ('block' in options) continue;
        const step = (2 * largest(value)) / (levels - 1);
        const place = (value[i] + largest(value)) / step;
        const part = place - Math.floor(place);
        expectedVariance += step * step * part * (1 - part);
      }
      if ('block' in options) return;
      const variance = squares.reduce((sum, square) => sum + square / rounds, 0);
      expect(Math.abs(variance / expectedVariance - 1)).toBeLessThan(0.03);
    },
  );

  test('a value on a level stays', () => {
    const levels = Float32Array.from({ length: 15 }, (_, i) => (i - 7) / 7);
    for (let round = 0; round < 200; round++) {
      expect(encode(levels, { bits: 4, rounding: 'stochastic' }, round).decoded).toEqual(levels);
    }
  });

  test('the NMSE on a Gaussian is about twice that of nearest rounding', () => {
    const nmse = nmseOf(gaussian(2 ** 18), { bits: 8, rounding: 'stochastic' });
    expect(Math.abs(nmse / 2.44e-4 - 1)).toBeLessThan(0.25);
  });

  test('depends on the key and on nothing else', () => {
    const options = { bits: 4, rounding: 'stochastic' };
    expect(encode(value, options, 1).payload).toEqual(encode(value, options, 1).payload);
    expect(encode(value, options, 1).payload).not.toEqual(encode(value, options, 2).payload);
  });
});

describe('blocks', () => {
  test('an outlier spoils its own block only', () => {
    const value = gaussian(256);
    value[200] = 1e6;
    const { decoded } = encode(value, { bits: 8, block: 64 });
    expect(decoded.subarray(0, 192).every((x, i) => Math.abs(x - value[i]) < 0.02)).toBe(true);
    expect(decoded.subarray(192, 200).every((x) => x === 0)).toBe(true);
  });

  test('cost two bytes a block, one scale four', () => {
    const value = heavyTailed(1000);
    expect(encode(value, { bits: 4, block: 64 }).payload.length).toBe(11 + 500 + 2 * 16);
    expect(encode(value, { bits: 4 }).payload.length).toBe(11 + 500 + 4);
  });
});

const float = fc.float({ noNaN: true, min: -1e3, max: 1e3 });
const floats = fc.array(float, { minLength: 1, maxLength: 60 }).map((list) => Float32Array.from(list));
const bitCounts = fc.integer({ min: 1, max: 10 });
const rangeOf = (value: Float32Array): number => Math.max(...value) - Math.min(...value);

describe('scale minmax', () => {
  test('nearest: within the values’ range, both ends exact, no error above half a step', () => {
    fc.assert(
      fc.property(floats, bitCounts, (value, bits) => {
        const { decoded } = encode(value, { bits, scale: 'minmax' });
        const halfStep = rangeOf(value) / (2 ** bits - 1) / 2;
        const [least, greatest] = [Math.min(...value), Math.max(...value)];
        return decoded.every(
          (x, i) =>
            x >= least &&
            x <= greatest &&
            Math.abs(x - value[i]) <= halfStep * (1 + 1e-6) + 1e3 * 2 ** -24 &&
            (value[i] !== least || x === least) &&
            (value[i] !== greatest || x === greatest),
        );
      }),
    );
  });

  test.each([1, 2, 4, 7])(
    'stochastic, %i bits: unbiased, the variance is step² Σ f (1 − f), at most d range²/4(k−1)²',
    (bits) => {
      const value = gaussian(200).map((x) => 3 + x);
      const options = { bits, scale: 'minmax', rounding: 'stochastic' };
      expectUnbiased(value, [{ quantize: options }], 500);
      const step = rangeOf(value) / (2 ** bits - 1);
      const least = Math.min(...value);
      const parts = value.map((x) => (x - least) / step - Math.floor((x - least) / step));
      const expected = step * step * parts.reduce((sum, f) => sum + f * (1 - f), 0);
      let variance = 0;
      for (let round = 0; round < 500; round++)
        variance += squaredDistance(value, encode(value, options, round).decoded) / 500;
      expect(Math.abs(variance / expected - 1)).toBeLessThan(0.03);
      expect(variance).toBeLessThan((value.length * rangeOf(value) ** 2) / (4 * (2 ** bits - 1) ** 2));
    },
  );

  test('equal values, also of a block, are exact', () => {
    for (const x of [0.3, -1e-40, 3.4028234663852886e38]) {
      const value = new Float32Array(70).fill(x);
      expect(encode(value, { bits: 3, scale: 'minmax', rounding: 'stochastic' }).decoded).toEqual(value);
    }
    const halves = new Float32Array(64).fill(0.5, 0, 32).fill(-3, 32);
    expect(encode(halves, { bits: 2, scale: 'minmax', block: 32 }).decoded).toEqual(halves);
  });

  test('a block’s ends are bfloat16s outside its values: none is cut off', () => {
    fc.assert(
      fc.property(floats, (value) => {
        const { decoded } = encode(value, { bits: 16, scale: 'minmax', block: 16 });
        return decoded.every((x, i) => {
          const block = value.subarray(i - (i % 16), i - (i % 16) + 16);
          // Ends move by 2^−7 of themselves at most; one of 65,535 steps is then a step of the wider range.
          const most = Math.max(...block.map(Math.abs));
          return Math.abs(x - value[i]) <= (rangeOf(block) + 2 ** -6 * most) / 65_535 / 2 + 2 ** -23 * most + 1e-40;
        });
      }),
    );
  });
});

describe('dithered rounding', () => {
  const rounds = 400;
  const value = gaussian(300);

  test.each([
    [{ bits: 3 }, 6, 2],
    [{ bits: 4, scale: 'minmax' }, 15, 1],
    [{ bits: 1 }, 1, 2],
  ] as const)('%o: errors are uniform within half a step, whatever the value', (options, steps, sides) => {
    const step = sides === 2 ? (2 * largest(value)) / steps : rangeOf(value) / steps;
    let squares = 0;
    let together = 0;
    let worst = 0;
    for (let round = 0; round < rounds; round++) {
      const { decoded } = encode(value, { ...options, rounding: 'dithered' }, round);
      decoded.forEach((x, i) => {
        const error = x - value[i];
        worst = Math.max(worst, Math.abs(error));
        squares += error * error;
        together += error * value[i];
      });
    }
    expect(worst).toBeLessThanOrEqual(0.5 * step * (1 + 1e-6));
    const count = rounds * value.length;
    // The standard error of a uniform number's square is 0.9 of its mean; that of the product is √(step²/12 · ‖x‖²).
    expect(Math.abs(squares / count / ((step * step) / 12) - 1)).toBeLessThan((5 * 0.9) / Math.sqrt(count));
    expect(Math.abs(together)).toBeLessThan(5 * Math.sqrt((step * step * rounds * energy(value)) / 12));
    expectUnbiased(value, [{ quantize: { ...options, rounding: 'dithered' } }], rounds);
  });

  test('a third to a half of the error of stochastic rounding, in as many bytes', () => {
    const [dithered, stochastic] = ['dithered', 'stochastic'].map((rounding) =>
      encode(gaussian(50_000), { bits: 5, rounding }),
    );
    expect(dithered.payload.length).toBe(stochastic.payload.length);
    // step²/12 against step²/6 where values lie anywhere between levels.
    expect(Math.abs(dithered.measures.errorEnergy / stochastic.measures.errorEnergy - 0.5)).toBeLessThan(0.01);
  });

  test('zeros stay zeros', () => {
    expect(encode(new Float32Array(99), { bits: 4, rounding: 'dithered' }).decoded.every((x) => x === 0)).toBe(true);
  });
});

test('scale l2: levels from −‖x‖ to ‖x‖, unbiased', () => {
  const value = heavyTailed(100);
  const norm = Math.fround(Math.sqrt(energy(value)));
  const options = { bits: 4, scale: 'l2', rounding: 'stochastic' };
  const { decoded } = encode(value, options);
  for (const x of decoded) expect(Math.abs((x / norm) * 7 - Math.round((x / norm) * 7))).toBeLessThan(1e-5);
  expectUnbiased(value, [{ quantize: options }], 1000);
});

describe('a scale a channel', () => {
  const [rows, columns] = [30, 8];
  const layout = makeLayout([
    { name: 'kernel', shape: [3, 10, columns], role: 'weight' },
    { name: 'bias', shape: [columns], role: 'weight' },
  ]);
  /** Each channel ten times as large as the one before. */
  const value = Float32Array.from(gaussian(layout.floats), (x, i) => x * 10 ** (i % columns));
  const encodeTensors = (options: Record<string, unknown>) =>
    createCodec(coding([{ quantize: options }], { scope: 'tensor' })).encode(value, { ...contextOf(0), layout }, {});
  const channel = (of: Float32Array, c: number): Float32Array =>
    of.filter((_, i) => i < rows * columns && i % columns === c);

  test.each(['absmax', 'minmax'])('%s: each channel’s errors are within half a step of its own', (scale) => {
    const bits = 6;
    const { decoded } = encodeTensors({ bits, scale, block: 'channel' });
    for (let c = 0; c < columns; c++) {
      const [given, got] = [channel(value, c), channel(decoded, c)];
      const step = scale === 'minmax' ? rangeOf(given) / (2 ** bits - 1) : (2 * largest(given)) / (2 ** bits - 2);
      // Scales are bfloat16s, up to 1/128 further out.
      const most = 0.5 * step * (1 + 2 ** -6) + 2 ** -6 * (largest(given) / 2 ** bits);
      expect(got.every((x, i) => Math.abs(x - given[i]) <= most)).toBe(true);
    }
  });

  test('costs two bytes a channel, four with minmax; a vector is one channel', () => {
    const numbers = Math.ceil((4 * rows * columns) / 8) + Math.ceil((4 * columns) / 8);
    expect(encodeTensors({ bits: 4, block: 'channel' }).payload.length).toBe(11 + numbers + 2 * columns + 2);
    expect(encodeTensors({ bits: 4, scale: 'minmax', block: 'channel' }).payload.length).toBe(
      11 + numbers + 4 * columns + 4,
    );
  });

  test('loses less than a scale a tensor, in the small channels by far', () => {
    const [byChannel, byTensor] = ['channel', null].map((block) => encodeTensors({ bits: 8, block }).decoded);
    const error = (decoded: Float32Array, c: number): number =>
      squaredDistance(channel(value, c), channel(decoded, c)) / energy(channel(value, c));
    expect(error(byTensor, 0)).toBe(1);
    for (let c = 0; c < columns; c++) expect(error(byChannel, c)).toBeLessThan(4e-4);
  });

  test('columns and rows: each takes the other back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), (height, width) => {
        const values = gaussian(height * width);
        const turned = byColumns(values, width);
        expect(byRows(turned, width)).toEqual(values);
        for (let i = 0; i < values.length; i++)
          expect(turned[(i % width) * height + Math.floor(i / width)]).toBe(values[i]);
      }),
    );
  });
});
