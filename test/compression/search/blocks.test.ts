import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { searchBlocks } from '../../../shared/compression/search/blocks/index.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import type { CompiledNetwork } from '../../../shared/models/network.js';

test('every file of a block is registered under its name', () => {
  const files = readdirSync(new URL('../../../shared/compression/search/blocks', import.meta.url))
    .filter((file) => file !== 'index.ts' && file !== 'block.ts')
    .map((file) => file.replace(/\.ts$/, ''));
  expect(searchBlocks.all.map(({ name }) => name).sort()).toEqual(files.sort());
});

interface Place {
  readonly rows: number;
  readonly channels: number;
  readonly filters: number;
  readonly kernelSize: number;
  readonly strides: number;
}

/** The block after the input, and a classifier: two classes. */
const around = (block: string, place: Place, normalization: 'none' | 'group' = 'none'): CompiledNetwork =>
  compileNetwork({
    name: 'block',
    input: [place.rows, place.rows, place.channels],
    layers: [
      ...searchBlocks.get(block).layers({ name: 'block', input: 'input', normalization, ...place }),
      { kind: 'globalAveragePooling2d' },
      { kind: 'dense', units: 2 },
    ],
    classes: 2,
  });

const channels = fc.integer({ min: 1, max: 6 }).map((n) => 8 * n);

const places = fc.record({
  rows: fc.integer({ min: 3, max: 12 }),
  channels,
  filters: channels,
  kernelSize: fc.constantFrom(3, 5, 7),
  strides: fc.constantFrom(1, 2),
});

interface Cost {
  /** Weights and biases. */
  readonly parameters: number;
  readonly products: number;
}

/** By hand, from the papers' formulas; `m` channels come in, `n` come out, `before` and `after` positions, `k` rows. */
const formulas: Readonly<Record<string, (m: number, n: number, k: number, before: number, after: number) => Cost>> = {
  conv: (m, n, k, _before, after) => ({ parameters: k * k * m * n + n, products: after * k * k * m * n }),
  separable: (m, n, k, _before, after) => ({
    parameters: k * k * m + m + m * n + n,
    products: after * (k * k * m + m * n),
  }),
  shuffle: (m, n, k, before, after) => {
    const inner = 8 * Math.round(n / 16);
    return {
      parameters: (m / 4) * inner + inner + k * k * inner + inner + (inner / 4) * n + n,
      products: before * (m / 4) * inner + after * (k * k * inner + (inner / 4) * n),
    };
  },
  shift: (m, n, k, before, after) => {
    const inner = Math.max(2 * n, 8 * Math.ceil((k * k) / 8));
    return {
      parameters: m * inner + inner + inner * n + n,
      products: before * m * inner + after * inner * n,
    };
  },
};

test.each(searchBlocks.all)('$name has its formula’s weights and FLOPs, and its shape', ({ name }) => {
  fc.assert(
    fc.property(places, (place) => {
      const { layers, layout } = around(name, place);
      const { rows, channels: m, filters: n, kernelSize: k, strides } = place;
      const positions = Math.ceil(rows / strides) ** 2;
      const { parameters, products } = formulas[name](m, n, k, rows ** 2, positions);
      const block = layers.slice(0, -2);
      expect(block.at(-1)?.outputShape).toEqual([Math.sqrt(positions), Math.sqrt(positions), n]);
      expect(layout.floats - (2 * n + 2)).toBe(parameters);
      expect(block.reduce((sum, { flops }) => sum + flops, 0)).toBe(2 * products);
    }),
  );
});

test('a separable block costs 1/filters + 1/size² of the full convolution', () => {
  fc.assert(
    fc.property(places, (place) => {
      const [full, separable] = ['conv', 'separable'].map((block) => {
        const { flops } = around(block, place);
        return flops - 2 * place.filters * 2;
      });
      expect(separable / full).toBeCloseTo(1 / place.filters + 1 / place.kernelSize ** 2, 10);
    }),
  );
});

test.each(searchBlocks.all)('$name costs no less with a larger kernel or more channels, in or out', ({ name }) => {
  fc.assert(
    fc.property(places, fc.constantFrom('kernelSize', 'filters', 'channels'), (place, larger) => {
      const more = { ...place, [larger]: place[larger] + (larger === 'kernelSize' ? 2 : 8) };
      const [one, other] = [around(name, place, 'group'), around(name, more, 'group')];
      expect(other.flops).toBeGreaterThanOrEqual(one.flops);
      expect(other.layout.floats).toBeGreaterThanOrEqual(one.layout.floats);
    }),
  );
});

test('every displacement of a shift’s window moves a channel', () => {
  fc.assert(
    fc.property(places, (place) => {
      const shift = around('shift', place).layers.find(({ kind }) => kind === 'shift');
      expect(shift?.outputShape[2]).toBeGreaterThanOrEqual(place.kernelSize ** 2);
    }),
  );
});
