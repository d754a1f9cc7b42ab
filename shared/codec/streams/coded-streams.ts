import type { BitReader, BitWriter } from '../../util/bits.js';
import { malformed } from './malformed.js';
import { rawBytes, readRawPositions, readRawSymbols, writeRawPositions, writeRawSymbols } from './raw.js';
import type { PositionCode, Prepared, SymbolCode } from './stream.js';

/*
 * A stream that a coder stage serves begins with one byte, tag × 32 + parameter; tag 0 is raw, the fallback when no
 * code makes it smaller. Without a coder stage there is no such byte and the stream is raw. A stream of no numbers
 * takes no bytes.
 */
type Code = PositionCode | SymbolCode;
type Codes<C extends Code> = readonly C[] | null;

interface Choice {
  readonly code: Code;
  readonly prepared: Prepared;
}

const smallest = (choices: readonly Choice[], limit: number): Choice | null =>
  choices.reduce<Choice | null>(
    (best, choice) => (choice.prepared.bytes < (best?.prepared.bytes ?? limit) ? choice : best),
    null,
  );

/** @returns the bytes of tag, tables and lengths; null, with nothing written, where raw is no longer: sizes may be estimates */
const writeCoded = ({ code, prepared }: Choice, raw: number, writer: BitWriter): number | null => {
  const start = writer.length;
  writer.uint8(code.tag * 32 + prepared.parameter);
  const overhead = prepared.write(writer);
  if (writer.length - start - 1 < raw) return overhead + 1;
  writer.truncate(start);
  return null;
};

/** @returns the stream's bytes without tag, tables and lengths */
const writeStream = (
  raw: number,
  writeRaw: () => void,
  choices: readonly Choice[] | null,
  writer: BitWriter,
): number => {
  const start = writer.length;
  const best = choices === null ? null : smallest(choices, raw);
  const overhead = best === null ? null : writeCoded(best, raw, writer);
  if (overhead !== null) return writer.length - start - overhead;
  if (choices !== null) writer.uint8(0);
  writeRaw();
  return raw;
};

/** @returns the stream's bytes without tag, tables and lengths */
export const writePositions = (
  positions: Uint32Array,
  length: number,
  codes: Codes<PositionCode>,
  writer: BitWriter,
): number => {
  if (positions.length === 0) return 0;
  const choices =
    codes?.flatMap((code) => {
      const prepared = code.prepare(positions, length);
      return prepared === null ? [] : [{ code, prepared }];
    }) ?? null;
  return writeStream(
    rawBytes(positions.length, length),
    () => writeRawPositions(positions, length, writer),
    choices,
    writer,
  );
};

/** @returns the stream's bytes without tag, tables and lengths */
export const writeSymbols = (
  symbols: Uint16Array,
  alphabet: number,
  codes: Codes<SymbolCode>,
  writer: BitWriter,
): number => {
  if (symbols.length === 0) return 0;
  const choices =
    codes?.flatMap((code) => {
      const prepared = code.prepare(symbols, alphabet);
      return prepared === null ? [] : [{ code, prepared }];
    }) ?? null;
  return writeStream(
    rawBytes(symbols.length, alphabet),
    () => writeRawSymbols(symbols, alphabet, writer),
    choices,
    writer,
  );
};

/** @returns the code of a stream's first byte and its parameter; null for raw */
const readTag = <C extends Code>(codes: Codes<C>, reader: BitReader): { code: C; parameter: number } | null => {
  if (codes === null) return null;
  const byte = reader.uint8();
  if (byte === 0) return null;
  const code = codes.find(({ tag }) => tag === byte >>> 5);
  if (code === undefined) return malformed('codec/bad-stream', `A stream begins with the unknown byte ${byte}.`);
  return { code, parameter: byte & 31 };
};

/** @throws CodedError `codec/…` */
export const readPositions = (
  reader: BitReader,
  count: number,
  length: number,
  codes: Codes<PositionCode>,
): Uint32Array => {
  if (count === 0) return new Uint32Array(0);
  const tag = readTag(codes, reader);
  if (tag === null) return readRawPositions(reader, count, length);
  return tag.code.read(reader, count, length, tag.parameter);
};

/** @throws CodedError `codec/…` */
export const readSymbols = (
  reader: BitReader,
  count: number,
  alphabet: number,
  codes: Codes<SymbolCode>,
): Uint16Array => {
  if (count === 0) return new Uint16Array(0);
  const tag = readTag(codes, reader);
  if (tag === null) return readRawSymbols(reader, count, alphabet);
  return tag.code.read(reader, count, alphabet, tag.parameter);
};
