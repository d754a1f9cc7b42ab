import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeFrame, encodeFrame } from '../../shared/wire/frame.js';
import { decodeMessage, encodeMessage, messages, type MessageName } from '../../shared/wire/messages.js';
import { codeOf } from '../support/refusal.js';

const names = Object.keys(messages) as MessageName[];

const update = (): Uint8Array =>
  encodeMessage('update', { round: 3, samples: 600, loss: 0.25 }, [Uint8Array.of(1, 2, 3), new Uint8Array(0)]);

test('golden bytes of an update', () => {
  expect(Buffer.from(update()).toString('hex')).toBe(
    '465101032100020083a5726f756e6403a773616d706c6573cd0258a46c6f7373cb3fd00000000000000300000000000000010203',
  );
});

test('every part comes back, whatever its bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 6 }), fc.nat(1e6), (parts, round) => {
      const message = decodeMessage(encodeMessage('update', { round, samples: 1, loss: 1 }, parts), ['update']);
      expect(message.header.round).toBe(round);
      expect(message.parts.map((part) => [...part])).toEqual(parts.map((part) => [...part]));
    }),
  );
});

describe('bytes from outside', () => {
  test('every truncation and every longer frame is refused', () => {
    const frame = update();
    for (let length = 0; length < frame.length; length++) {
      expect(codeOf(() => decodeFrame(frame.subarray(0, length)))).toMatch(/^wire\/bad-(length|header)$/);
    }
    expect(codeOf(() => decodeFrame(Buffer.concat([frame, Buffer.of(0)])))).toBe('wire/bad-length');
  });

  test.each([
    [0, 'wire/bad-magic'],
    [1, 'wire/bad-magic'],
    [2, 'wire/bad-version'],
    [3, 'wire/bad-type'],
    [7, 'wire/bad-length'],
  ])('a wrong byte %i gives %s', (at, code) => {
    const frame = update();
    frame[at] ^= 0x10;
    expect(codeOf(() => decodeMessage(frame, ['update']))).toBe(code);
  });

  const withHeader = (header: Uint8Array): Uint8Array => {
    const frame = new Uint8Array(8 + header.length);
    frame.set([0x46, 0x51, 1, 3, header.length & 255, header.length >> 8, 0, 0]);
    frame.set(header, 8);
    return frame;
  };

  test.each([
    ['an array that claims 2^32 − 1 entries', Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff)],
    ['a map with such an array', Uint8Array.of(0x81, 0xa1, 0x61, 0xdd, 0xff, 0xff, 0xff, 0xff)],
    ['a map that claims 2^32 − 1 entries', Uint8Array.of(0xdf, 0xff, 0xff, 0xff, 0xff)],
    ['an extension', Uint8Array.of(0x81, 0xa1, 0x61, 0xd4, 0x01, 0x00)],
    ['binary data', Uint8Array.of(0x81, 0xa1, 0x61, 0xc4, 0x01, 0x00)],
    ['a key that is no string', Uint8Array.of(0x81, 0x01, 0x01)],
    ['no map', Uint8Array.of(0x01)],
    ['two values', Uint8Array.of(0x80, 0x80)],
    ['nested maps', Uint8Array.from({ length: 4000 }, (_, i) => [0x81, 0xa1, 0x61][i % 3])],
    ['nothing', new Uint8Array(0)],
  ])('a header with %s is refused', (_, header) => {
    expect(codeOf(() => decodeFrame(withHeader(header)))).toBe('wire/bad-header');
  });

  test('a header that is longer than 4096 bytes is refused', () => {
    expect(codeOf(() => decodeFrame(withHeader(new Uint8Array(5000))))).toBe('wire/bad-header');
    expect(codeOf(() => encodeFrame(1, { text: 'x'.repeat(5000) }))).toBe('wire/too-large');
  });

  test.each([
    { round: -1, samples: 1, loss: 1 },
    { round: 1.5, samples: 1, loss: 1 },
    { round: 1, samples: 1 },
    { round: 1, samples: 1, loss: Number.NaN },
    { round: 1, samples: 1, loss: 1, more: 1 },
    { round: '1', samples: 1, loss: 1 },
  ])('the header %j is refused', (header) => {
    expect(codeOf(() => decodeMessage(encodeFrame(messages.update.type, header), ['update']))).toBe('wire/bad-field');
  });

  test('a message that is not expected is refused', () => {
    expect(codeOf(() => decodeMessage(update(), ['hello']))).toBe('wire/bad-type');
  });

  test('any bytes are a message or refused with a code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(codeOf(() => decodeMessage(bytes, names))).toMatch(/^wire\//);
        const frame = withHeader(bytes);
        expect(codeOf(() => decodeMessage(frame, names))).toMatch(/^wire\/|none/);
      }),
      { numRuns: 500 },
    );
  });
});
