import { Packr, Unpackr } from 'msgpackr';
import { CodedError } from '../util/errors.js';
import { scanMessagePack } from './scan.js';

/*
 * A frame is one WebSocket message:
 *
 *   0  'F' 'Q'          magic
 *   2  uint8            protocol version
 *   3  uint8            message type
 *   4  uint16 LE        header length, at most 4096
 *   6  uint16 LE        number of parts
 *   8  header           MessagePack map of plain values
 *      uint32 LE × n    length of each part
 *      parts            raw bytes, one after the other
 */
export const protocolVersion = 1;
export const maxHeaderBytes = 4096;
const fixedBytes = 8;

export type Header = Readonly<Record<string, unknown>>;

export interface Frame {
  readonly type: number;
  readonly header: Header;
  /** Views into the message, without a copy. */
  readonly parts: readonly Uint8Array[];
}

const packer = new Packr({ useRecords: false, variableMapSize: true });
const unpacker = new Unpackr({ useRecords: false, mapsAsObjects: true });

/** Bytes that a frame takes around its header and its parts. */
export const frameOverhead = (parts: number): number => fixedBytes + 4 * parts;

export const encodeFrame = (type: number, header: Header, parts: readonly Uint8Array[] = []): Uint8Array => {
  const packed = packer.pack(header);
  if (packed.length > maxHeaderBytes) {
    throw new CodedError('wire/too-large', `A frame header of ${packed.length} bytes exceeds ${maxHeaderBytes}.`);
  }
  const total = parts.reduce((sum, part) => sum + part.length, frameOverhead(parts.length) + packed.length);
  const message = new Uint8Array(total);
  const view = new DataView(message.buffer);
  message.set([0x46, 0x51, protocolVersion, type]);
  view.setUint16(4, packed.length, true);
  view.setUint16(6, parts.length, true);
  message.set(packed, fixedBytes);
  let lengthAt = fixedBytes + packed.length;
  let at = lengthAt + 4 * parts.length;
  for (const part of parts) {
    view.setUint32(lengthAt, part.length, true);
    message.set(part, at);
    lengthAt += 4;
    at += part.length;
  }
  return message;
};

const bad = (code: 'wire/bad-magic' | 'wire/bad-version' | 'wire/bad-length' | 'wire/bad-header', message: string) =>
  new CodedError(code, message);

/** Cuts the parts out; their lengths and the frame's must agree to the byte. */
const cutParts = (message: Uint8Array, view: DataView, lengthsAt: number, count: number): Uint8Array[] => {
  let at = lengthsAt + 4 * count;
  if (at > message.length) throw bad('wire/bad-length', `The frame ends before the lengths of its ${count} parts.`);
  const parts: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    const length = view.getUint32(lengthsAt + 4 * i, true);
    if (at + length > message.length) throw bad('wire/bad-length', `Part ${i} runs past the end of the frame.`);
    parts.push(message.subarray(at, at + length));
    at += length;
  }
  if (at !== message.length) throw bad('wire/bad-length', `The frame has ${message.length - at} bytes too many.`);
  return parts;
};

/**
 * Reads a frame from outside. The header is scanned before it is unpacked, so a few bytes can't reserve much memory.
 * @throws CodedError `wire/bad-magic`, `wire/bad-version`, `wire/bad-length`, `wire/bad-header`
 */
export const decodeFrame = (message: Uint8Array): Frame => {
  if (message.length < fixedBytes) throw bad('wire/bad-length', `A frame of ${message.length} bytes is too short.`);
  if (message[0] !== 0x46 || message[1] !== 0x51) throw bad('wire/bad-magic', 'The message is no frame.');
  if (message[2] !== protocolVersion) {
    throw bad('wire/bad-version', `The frame has protocol version ${message[2]}; ${protocolVersion} is spoken here.`);
  }
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const headerLength = view.getUint16(4, true);
  const count = view.getUint16(6, true);
  if (headerLength > maxHeaderBytes) throw bad('wire/bad-header', `A header of ${headerLength} bytes is too long.`);
  if (fixedBytes + headerLength > message.length) throw bad('wire/bad-length', 'The frame ends within its header.');
  const packed = message.subarray(fixedBytes, fixedBytes + headerLength);
  scanMessagePack(packed);
  const parts = cutParts(message, view, fixedBytes + headerLength, count);
  return { type: message[3], header: unpacker.unpack(packed) as Header, parts };
};
