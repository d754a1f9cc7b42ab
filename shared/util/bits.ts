import { CodedError, type ErrorCode } from './errors.js';

/** Typed arrays use the machine's byte order; everything written here is little-endian. */
export const machineIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Writes bits (most significant first), bytes and little-endian numbers into a buffer that grows. Whole bytes are
 * written at byte boundaries only: call {@link align} after bits.
 */
export class BitWriter {
  private buffer: Uint8Array;
  private at = 0;
  private pending = 0;
  private pendingBits = 0;

  /** @param capacity bytes reserved at first */
  constructor(capacity = 256) {
    this.buffer = new Uint8Array(Math.max(16, capacity));
  }

  /** Whole bytes written so far. */
  get length(): number {
    return this.at;
  }

  private reserve(bytes: number): void {
    const needed = this.at + bytes;
    if (needed <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, this.buffer.length * 2));
    grown.set(this.buffer);
    this.buffer = grown;
  }

  /** @param value unsigned, below 2^count @param count 0 to 32 */
  bits(value: number, count: number): void {
    if (count > 24) {
      this.bits(value >>> 16, count - 16);
      this.bits(value & 0xffff, 16);
      return;
    }
    if (this.at + 4 > this.buffer.length) this.reserve(4);
    const pending = (this.pending << count) | value;
    let pendingBits = this.pendingBits + count;
    while (pendingBits >= 8) {
      pendingBits -= 8;
      this.buffer[this.at++] = pending >>> pendingBits;
    }
    this.pending = pending;
    this.pendingBits = pendingBits;
  }

  /** `count` ones and a zero. */
  unary(count: number): void {
    let left = count;
    for (; left >= 23; left -= 23) this.bits(0x7fffff, 23);
    this.bits((2 << left) - 2, left + 1);
  }

  /** Fills the last byte with zero bits. */
  align(): void {
    if (this.pendingBits > 0) this.bits(0, 8 - this.pendingBits);
  }

  uint8(value: number): void {
    if (this.at === this.buffer.length) this.reserve(1);
    this.buffer[this.at++] = value;
  }

  uint16(value: number): void {
    this.uint8(value & 0xff);
    this.uint8(value >>> 8);
  }

  uint32(value: number): void {
    this.uint16(value & 0xffff);
    this.uint16(value >>> 16);
  }

  /** LEB128: seven bits a byte, least significant first. @param value 0 to 2^32 − 1 */
  varint(value: number): void {
    let left = value;
    while (left > 127) {
      this.uint8((left & 127) | 128);
      left = Math.floor(left / 128);
    }
    this.uint8(left);
  }

  float32(value: number): void {
    floatWord[0] = value;
    this.uint32(wordOfFloat[0]);
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** Room for bytes that the caller writes. */
  space(count: number): Uint8Array {
    this.reserve(count);
    this.at += count;
    return this.buffer.subarray(this.at - count, this.at);
  }

  float32s(values: Float32Array): void {
    if (machineIsLittleEndian) {
      this.bytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    } else {
      for (const value of values) this.float32(value);
    }
  }

  uint16s(values: Uint16Array): void {
    if (machineIsLittleEndian) {
      this.bytes(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    } else {
      for (const value of values) this.uint16(value);
    }
  }

  /** Forgets what was written from the byte `length` on. */
  truncate(length: number): void {
    this.at = length;
    this.pending = 0;
    this.pendingBits = 0;
  }

  /** @returns what was written, for good; the last byte is filled with zero bits. */
  finish(): Uint8Array {
    this.align();
    return this.at === this.buffer.length ? this.buffer : this.buffer.slice(0, this.at);
  }
}

const floatWord = new Float32Array(1);
const wordOfFloat = new Uint32Array(floatWord.buffer);

/** Bytes that may be read past their end. */
const paddingBytes = 8;
const mostBytes = 2 ** 29;

/**
 * The 32 bits from bit `at` on, of bytes as {@link BitReader.padded} has them. A loop that keeps `at` to itself reads
 * several times as fast as one that asks a reader for each field.
 */
export const bitsAt = (bytes: Uint8Array, at: number): number => {
  const i = at >>> 3;
  const shift = at & 7;
  const word = (bytes[i] << 24) | (bytes[i + 1] << 16) | (bytes[i + 2] << 8) | bytes[i + 3];
  return (word << shift) | (bytes[i + 4] >>> (8 - shift));
};

/** The first bits of a word of {@link bitsAt}. @param count 0 to 31 */
export const firstBits = (word: number, count: number): number => (word >>> 1) >>> (31 - count);

/** Reads what {@link BitWriter} wrote; never past the end. */
export class BitReader {
  private at = 0;
  private pending = 0;
  private pendingBits = 0;
  private paddedSource: Uint8Array | null = null;

  constructor(private readonly source: Uint8Array) {}

  /** Whole bytes that were not read yet. */
  get remaining(): number {
    return this.source.length - this.at + (this.pendingBits >> 3);
  }

  private fail(code: ErrorCode, message: string): never {
    throw new CodedError(code, message, { where: `byte ${this.at} of ${this.source.length}` });
  }

  private failEarly(): never {
    return this.fail('codec/truncated', 'The bytes end too early.');
  }

  /** Refuses a count of items that the remaining bytes can't hold, before memory is reserved for them. */
  requireBits(bits: number): void {
    if (bits > 8 * (this.source.length - this.at) + this.pendingBits) {
      this.fail('codec/truncated', `The bytes end too early: ${bits} more bits are needed.`);
    }
  }

  /** All bytes with zeros behind them, for {@link bitsAt}. */
  get padded(): Uint8Array {
    if (this.paddedSource !== null) return this.paddedSource;
    const { length } = this.source;
    if (length >= mostBytes) this.fail('codec/bad-stream', `Coded streams end before byte ${mostBytes}.`);
    this.paddedSource = new Uint8Array(length + paddingBytes);
    this.paddedSource.set(this.source);
    return this.paddedSource;
  }

  /** Bits read so far: where a loop over {@link padded} begins, and what it sets when it is done. */
  get bitPosition(): number {
    return 8 * this.at - this.pendingBits;
  }

  /** @throws CodedError `codec/truncated` past the end */
  set bitPosition(position: number) {
    if (position > 8 * this.source.length) this.failEarly();
    this.at = position >>> 3;
    this.pendingBits = 0;
    this.bits(position & 7);
  }

  /** @param count 0 to 32 */
  bits(count: number): number {
    if (count > 24) return this.bits(count - 16) * 65536 + this.bits(16);
    while (this.pendingBits < count) {
      if (this.at >= this.source.length) this.failEarly();
      this.pending = (this.pending << 8) | this.source[this.at++];
      this.pendingBits += 8;
    }
    this.pendingBits -= count;
    return (this.pending >>> this.pendingBits) & ((1 << count) - 1);
  }

  /** Number of ones before the next zero. @param limit more ones are refused */
  unary(limit: number): number {
    let count = 0;
    for (;;) {
      if (this.pendingBits === 0) {
        if (this.at >= this.source.length) this.failEarly();
        this.pending = this.source[this.at++];
        this.pendingBits = 8;
      }
      // The pending bits at the top of a word, turned over: ones become leading zeros. At most pendingBits of them.
      const ones = Math.clz32(~(this.pending << (32 - this.pendingBits)));
      count += ones;
      if (count > limit) this.fail('codec/bad-stream', `A run of ones is longer than ${limit}.`);
      if (ones < this.pendingBits) {
        this.pendingBits -= ones + 1;
        return count;
      }
      this.pendingBits = 0;
    }
  }

  /** Goes on at the next whole byte; the bits between must be zero. */
  align(): void {
    const padding = this.pendingBits & 7;
    if (this.bits(padding) !== 0) this.fail('codec/bad-stream', 'The padding bits are not zero.');
    this.at -= this.pendingBits >> 3;
    this.pendingBits = 0;
  }

  /** The next bytes, without a copy. */
  bytes(count: number): Uint8Array {
    if (count > this.source.length - this.at)
      this.fail('codec/truncated', `The bytes end too early: ${count} more bytes are needed.`);
    this.at += count;
    return this.source.subarray(this.at - count, this.at);
  }

  uint8(): number {
    if (this.at >= this.source.length) this.failEarly();
    return this.source[this.at++];
  }

  uint16(): number {
    return this.uint8() + 256 * this.uint8();
  }

  uint32(): number {
    return this.uint16() + 65536 * this.uint16();
  }

  /** LEB128 of at most 32 bits, in its shortest form. */
  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const byte = this.uint8();
      value += (byte & 127) * scale;
      if (byte < 128) {
        if ((byte === 0 && scale > 1) || value >= 2 ** 32) break;
        return value;
      }
    }
    return this.fail('codec/bad-stream', 'A number is not in its shortest form, or above 32 bits.');
  }

  float32(): number {
    wordOfFloat[0] = this.uint32();
    return floatWord[0];
  }

  float32s(count: number): Float32Array {
    const bytes = this.bytes(4 * count);
    const values = new Float32Array(count);
    new Uint8Array(values.buffer).set(bytes);
    if (!machineIsLittleEndian) {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let i = 0; i < count; i++) values[i] = view.getFloat32(4 * i, true);
    }
    return values;
  }

  uint16s(count: number): Uint16Array {
    const bytes = this.bytes(2 * count);
    const values = new Uint16Array(count);
    if (machineIsLittleEndian) new Uint8Array(values.buffer).set(bytes);
    else for (let i = 0; i < count; i++) values[i] = bytes[2 * i] + 256 * bytes[2 * i + 1];
    return values;
  }

  /** @throws CodedError when bytes are left */
  end(): void {
    this.align();
    if (this.at !== this.source.length)
      this.fail('codec/trailing-bytes', `${this.source.length - this.at} bytes are left over.`);
  }
}
