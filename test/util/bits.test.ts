import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bitsAt, BitReader, BitWriter, firstBits } from '../../shared/util/bits.js';

/** Fields of 0 to 32 bits. */
const fields = fc.array(
  fc.integer({ min: 0, max: 32 }).chain((count) => fc.tuple(fc.nat(2 ** count - 1), fc.constant(count))),
  { maxLength: 60 },
);

const written = (list: readonly (readonly [value: number, count: number])[]): Uint8Array => {
  const writer = new BitWriter(1);
  for (const [value, count] of list) writer.bits(value, count);
  return writer.finish();
};

test('fields of bits come back, asked for one by one or taken from padded bytes', () => {
  fc.assert(
    fc.property(fields, (list) => {
      const bytes = written(list);
      const reader = new BitReader(bytes);
      let at = 0;
      for (const [value, count] of list) {
        if (count < 32) expect(firstBits(bitsAt(reader.padded, at), count)).toBe(value);
        else expect(bitsAt(reader.padded, at) >>> 0).toBe(value);
        expect(reader.bitPosition).toBe(at);
        expect(reader.bits(count)).toBe(value);
        at += count;
      }
      reader.end();
    }),
  );
});

test('a loop over padded bytes and the reader go on from each other’s place', () => {
  fc.assert(
    fc.property(fields, fc.nat(60), (list, turn) => {
      const reader = new BitReader(written(list));
      const skipped = list.slice(0, turn).reduce((sum, [, count]) => sum + count, 0);
      reader.bitPosition = skipped;
      for (const [value, count] of list.slice(turn)) expect(reader.bits(count)).toBe(value);
      reader.end();
    }),
  );
});

test('unary numbers, numbers of bytes and floats come back', () => {
  fc.assert(
    fc.property(fc.nat(200), fc.nat(0xffffffff), fc.float({ noNaN: true }), (ones, number, float) => {
      const writer = new BitWriter();
      writer.unary(ones);
      writer.align();
      writer.varint(number);
      writer.uint32(number);
      writer.float32(float);
      const reader = new BitReader(writer.finish());
      expect(reader.unary(ones)).toBe(ones);
      reader.align();
      expect([reader.varint(), reader.uint32(), reader.float32()]).toEqual([number, number, float]);
      reader.end();
    }),
  );
});

describe('refuses', () => {
  const code = (run: () => unknown): unknown => {
    try {
      run();
    } catch (error) {
      return (error as { code?: string }).code;
    }
    return 'nothing';
  };

  test.each([
    ['a bit past the end', () => new BitReader(Uint8Array.of(1)).bits(9), 'codec/truncated'],
    ['a place past the end', (): unknown => (new BitReader(Uint8Array.of(1)).bitPosition = 9), 'codec/truncated'],
    ['items that the bytes can’t hold', () => new BitReader(Uint8Array.of(1)).requireBits(9), 'codec/truncated'],
    ['a run without end', () => new BitReader(Uint8Array.of(255, 255)).unary(99), 'codec/truncated'],
    ['a run that is too long', () => new BitReader(Uint8Array.of(255, 0)).unary(7), 'codec/bad-stream'],
    ['a varint with a zero on top', () => new BitReader(Uint8Array.of(129, 0)).varint(), 'codec/bad-stream'],
    ['a varint above 32 bits', () => new BitReader(Uint8Array.of(255, 255, 255, 255, 31)).varint(), 'codec/bad-stream'],
    ['bytes that are left', () => new BitReader(Uint8Array.of(0)).end(), 'codec/trailing-bytes'],
  ] as const)('%s', (_name, run, expected) => {
    expect(code(run)).toBe(expected);
  });

  test('padding bits that are not zero', () => {
    const reader = new BitReader(Uint8Array.of(0b1000_0001));
    reader.bits(1);
    expect(code(() => reader.align())).toBe('codec/bad-stream');
  });
});
