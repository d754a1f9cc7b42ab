import { CodedError } from '../util/errors.js';

/** Nesting and number of values that a header may have. */
const maxDepth = 4;
const maxValues = 1024;

const refuse = (message: string): never => {
  throw new CodedError('wire/bad-header', `The header ${message}.`);
};

/** Bytes that follow the type byte of a scalar with a fixed size, by type byte; undefined for all others. */
const scalarBytes = new Map<number, number>([
  [0xc0, 0], // nil
  [0xc2, 0], // false
  [0xc3, 0], // true
  [0xca, 4], // float 32
  [0xcb, 8], // float 64
  [0xcc, 1], // unsigned integers
  [0xcd, 2],
  [0xce, 4],
  [0xcf, 8],
  [0xd0, 1], // signed integers
  [0xd1, 2],
  [0xd2, 4],
  [0xd3, 8],
]);

/** Walks one value without building it. */
class Scanner {
  private at = 0;
  private values = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  private number(width: number): number {
    if (this.at + width > this.bytes.length) refuse('is cut off');
    let value = 0;
    for (let i = 0; i < width; i++) value = value * 256 + this.bytes[this.at++];
    return value;
  }

  private skip(count: number): void {
    if (this.at + count > this.bytes.length) refuse('is cut off');
    this.at += count;
  }

  private string(type: number): boolean {
    if (type >= 0xa0 && type <= 0xbf) this.skip(type - 0xa0);
    else if (type >= 0xd9 && type <= 0xdb) this.skip(this.number(2 ** (type - 0xd9)));
    else return false;
    return true;
  }

  private key(): void {
    if (!this.string(this.number(1))) refuse('has a map key that is no string');
  }

  /** Number of entries of an array or map, null for another type. */
  private entries(type: number): { count: number; map: boolean } | null {
    if (type >= 0x80 && type <= 0x8f) return { count: type - 0x80, map: true };
    if (type >= 0x90 && type <= 0x9f) return { count: type - 0x90, map: false };
    if (type === 0xdc || type === 0xdd) return { count: this.number(type === 0xdc ? 2 : 4), map: false };
    if (type === 0xde || type === 0xdf) return { count: this.number(type === 0xde ? 2 : 4), map: true };
    return null;
  }

  value(depth: number): void {
    if (++this.values > maxValues) refuse(`has more than ${maxValues} values`);
    const type = this.number(1);
    if (type <= 0x7f || type >= 0xe0) return;
    const fixed = scalarBytes.get(type);
    if (fixed !== undefined) return this.skip(fixed);
    if (this.string(type)) return;
    const entries = this.entries(type);
    if (entries === null) return refuse(`has a value of type 0x${type.toString(16)}, which is no plain value`);
    if (depth === maxDepth) refuse(`is nested deeper than ${maxDepth}`);
    // Each entry takes at least one byte, so a count beyond the bytes left is a lie.
    if (entries.count > this.bytes.length - this.at) refuse('counts more entries than it has bytes');
    for (let i = 0; i < entries.count; i++) {
      if (entries.map) this.key();
      this.value(depth + 1);
    }
  }

  map(): void {
    const first = this.bytes[0];
    if (!(first >= 0x80 && first <= 0x8f) && first !== 0xde && first !== 0xdf) refuse('is no map');
    this.value(0);
    if (this.at !== this.bytes.length) refuse(`has ${this.bytes.length - this.at} bytes too many`);
  }
}

/**
 * Checks that bytes are one MessagePack map of plain values (nil, booleans, numbers, strings, arrays, maps with
 * string keys), before a decoder builds anything: a five-byte array header must not reserve gigabytes.
 * @throws CodedError `wire/bad-header`
 */
export const scanMessagePack = (bytes: Uint8Array): void => new Scanner(bytes).map();
