import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileNetwork } from '../../shared/models/compile.js';
import type { Layer, PlacedLayer } from '../../shared/models/network.js';

/** The layer in its place: the first of a network on such an input. */
const placed = (input: readonly number[], layer: Layer): PlacedLayer => {
  const rest: Layer[] = [{ kind: 'flatten' }, { kind: 'dense', units: 2 }];
  return compileNetwork({ name: 'flops', input, layers: [layer, ...rest], classes: 2 }).layers[0];
};

interface Axis {
  readonly input: number;
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
}

/** Every start of a window, one after the other: whole windows, or with zeros around one for each step in the input. */
const startsOf = ({ input, size, stride, dilation }: Axis, padding: 'valid' | 'same'): number => {
  let count = 0;
  const last = padding === 'same' ? input - 1 : input - ((size - 1) * dilation + 1);
  for (let start = 0; start <= last; start += stride) count++;
  return count;
};

const axis = fc.record({
  input: fc.integer({ min: 9, max: 14 }),
  size: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dilation: fc.integer({ min: 1, max: 2 }),
});

const windows = fc.record({ rows: axis, columns: axis, padding: fc.constantFrom('valid', 'same') });

const optionsOf = (rows: Axis, columns: Axis, padding: 'valid' | 'same') => ({
  kernelSize: [rows.size, columns.size] as [number, number],
  strides: [rows.stride, columns.stride] as [number, number],
  dilationRate: [rows.dilation, columns.dilation] as [number, number],
  padding,
});

describe('FLOPs are two for each multiplication that is counted one by one', () => {
  test('in convolutions of any step, dilation, padding and groups', () => {
    const channels = fc.record({
      groups: fc.integer({ min: 1, max: 4 }),
      in: fc.integer({ min: 1, max: 3 }),
      out: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(windows, channels, ({ rows, columns, padding }, { groups, in: each, out }) => {
        const { flops, outputShape } = placed([rows.input, columns.input, each * groups], {
          kind: 'conv2d',
          filters: out * groups,
          groups,
          ...optionsOf(rows, columns, padding),
        });
        const [height, width] = [startsOf(rows, padding), startsOf(columns, padding)];
        let products = 0;
        for (let position = 0; position < height * width; position++) {
          // Each output channel sees the input channels of its own group.
          for (let filter = 0; filter < out * groups; filter++) products += rows.size * columns.size * each;
        }
        expect(outputShape).toEqual([height, width, out * groups]);
        expect(flops).toBe(2 * products);
      }),
    );
  });

  test('in depthwise convolutions', () => {
    fc.assert(
      fc.property(
        windows,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 3 }),
        ({ rows, columns, padding }, channels, depthMultiplier) => {
          const { flops } = placed([rows.input, columns.input, channels], {
            kind: 'depthwiseConv2d',
            depthMultiplier,
            ...optionsOf(rows, columns, padding),
          });
          const positions = startsOf(rows, padding) * startsOf(columns, padding);
          expect(flops).toBe(2 * positions * rows.size * columns.size * channels * depthMultiplier);
        },
      ),
    );
  });

  test('in dense layers on each position of a text', () => {
    expect(placed([7, 5], { kind: 'dense', units: 3 }).flops).toBe(2 * 7 * 5 * 3);
    expect(placed([35], { kind: 'dense', units: 3, useBias: false }).flops).toBe(2 * 35 * 3);
  });

  test('in attention: four projections, then queries with keys and weights with values', () => {
    const { flops } = placed([6, 8], { kind: 'causalSelfAttention', numHeads: 2, keyDim: 3 });
    expect(flops).toBe(2 * (3 * 6 * 8 * (2 * 3) + 6 * (2 * 3) * 8 + 2 * (6 * 6 * (2 * 3))));
  });
});

test.each<[string, readonly number[], Layer]>([
  ['pooling', [4, 4, 2], { kind: 'maxPooling2d' }],
  ['global pooling', [4, 4, 2], { kind: 'globalAveragePooling2d' }],
  ['normalization', [4, 4, 8], { kind: 'groupNormalization' }],
  ['an activation', [4, 4, 2], { kind: 'activation', activation: 'gelu' }],
  ['a shift', [4, 4, 9], { kind: 'shift' }],
  ['a channel shuffle', [4, 4, 4], { kind: 'channelShuffle', groups: 2 }],
  ['an embedding', [4], { kind: 'embedding', inputDim: 5, outputDim: 3 }],
])('%s has none', (_what, input, layer) => {
  expect(placed(input, layer).flops).toBe(0);
});
