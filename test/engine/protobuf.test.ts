import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesField, floatField, integerField, message, textField } from '../../shared/engine/onnx/protobuf.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A reader of its own: field number, wire type and value of the message's only field. */
const readVarint = (bytes: Uint8Array, at: number): [value: bigint, next: number] => {
  let [value, shift, i] = [0n, 0n, at];
  for (;;) {
    value |= BigInt(bytes[i] & 127) << shift;
    shift += 7n;
    if (bytes[i++] < 128) return [value, i];
  }
};

test('the examples of the format’s documentation', () => {
  expect(hex(integerField(1, 150))).toBe('089601');
  expect(hex(textField(2, 'testing'))).toBe('120774657374696e67');
  expect(hex(bytesField(3, integerField(1, 150)))).toBe('1a03089601');
  expect(hex(floatField(2, 1))).toBe('150000803f');
  expect(hex(message())).toBe('');
});

test('a negative integer takes ten bytes, two’s complement', () => {
  expect(hex(integerField(3, -1))).toBe('18ffffffffffffffffff01');
});

test('any integer and any field number come back', () => {
  const integers = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 20 }), integers, (field, value) => {
      const bytes = integerField(field, value);
      const [tag, start] = readVarint(bytes, 0);
      const [read, end] = readVarint(bytes, start);
      expect([Number(tag >> 3n), Number(tag & 7n), Number(BigInt.asIntN(64, read)), end]).toEqual([
        field,
        0,
        value,
        bytes.length,
      ]);
    }),
  );
});

test('text is counted in bytes of UTF-8, of any length', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      const bytes = textField(4, text);
      const [, start] = readVarint(bytes, 0);
      const [length, body] = readVarint(bytes, start);
      expect(Number(length)).toBe(bytes.length - body);
      expect(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(body))).toBe(text);
    }),
  );
});
