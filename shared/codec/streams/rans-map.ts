import type { BitReader, BitWriter } from '../../util/bits.js';
import { malformed } from './malformed.js';
import { checkEnd, leastState, readStates, reciprocal, writeStates } from './rans.js';
import { contextCount, Neighbourhood, type SignificanceMap } from './significance.js';

/*
 * A map of ones and zeros by range ANS, with a frequency of ones for each context.
 *
 * A stream: the length of rows, a varint; a byte b for each context, in which 2^(−b/16) of the places hold ones; then states
 * and words as in rans.ts, places in turn.
 */

const precision = 15;
const scale = 2 ** precision;
const steps = 16;

/** scale · 2^(−i/16), to the nearest integer: constants of the format. */
const fractions = Uint16Array.of(
  32768,
  31379,
  30048,
  28774,
  27554,
  26386,
  25268,
  24196,
  23170,
  22188,
  21247,
  20347,
  19484,
  18658,
  17867,
  17109,
);

/** Frequency of zeros, 1 to scale − 1. */
const zerosOf = (byte: number): number => {
  const ones = fractions[byte % steps] >> Math.floor(byte / steps);
  return scale - Math.max(1, Math.min(scale - 1, ones));
};

const byteOf = (share: number): number => Math.max(0, Math.min(255, Math.round(-steps * Math.log2(share))));

/** What each context holds, and the bytes that the map takes. */
export interface MapModel {
  readonly rowLength: number;
  readonly rarities: Uint8Array;
  readonly bytes: number;
}

/** Counts each context's zeros and ones. */
export const modelOf = ({ bits, contexts }: SignificanceMap, rowLength: number): MapModel => {
  const counts = new Uint32Array(2 * contextCount);
  for (let i = 0; i < bits.length; i++) counts[2 * contexts[i] + bits[i]]++;
  const rarities = new Uint8Array(contextCount);
  let size = 0;
  for (let context = 0; context < contextCount; context++) {
    const [zero, ones] = counts.subarray(2 * context, 2 * context + 2);
    if (zero + ones === 0) continue;
    rarities[context] = byteOf(ones / (zero + ones));
    const frequency = zerosOf(rarities[context]);
    size += (zero + ones) * precision - zero * Math.log2(frequency) - ones * Math.log2(scale - frequency);
  }
  return { rowLength, rarities, bytes: Math.ceil(size / 8) + contextCount + 18 };
};

/** @returns the bytes of everything but the words */
export const writeMap = (map: SignificanceMap, { rowLength, rarities }: MapModel, writer: BitWriter): number => {
  const begin = writer.length;
  writer.varint(rowLength);
  writer.bytes(rarities);
  const head = writer.length - begin;
  const { bits, contexts } = map;
  // Two entries for a context: of a zero, of a one.
  const frequencies = Int32Array.from({ length: 2 * contextCount }, (_, i) => {
    const zeros = zerosOf(rarities[i >> 1]);
    return i & 1 ? scale - zeros : zeros;
  });
  const reciprocals = Float64Array.from(frequencies, reciprocal);
  const words = new Uint16Array(bits.length + 2);
  let at = words.length;
  let state = leastState;
  let other = leastState;
  for (let i = bits.length - 1; i >= 0; i--) {
    const entry = 2 * contexts[i] + bits[i];
    const frequency = frequencies[entry];
    if (state >>> 16 >= frequency) {
      words[--at] = state;
      state >>>= 16;
    }
    const quotient = (state * reciprocals[entry]) | 0;
    const start = entry & 1 ? scale - frequency : 0;
    const next = (Math.imul(quotient, scale - frequency) + state + start) | 0;
    state = other;
    other = next;
  }
  // The last one was the first place's: the even ones'.
  return head + writeStates(other, state, words.subarray(at), writer);
};

/** @returns a bit for each place, and the length of rows @throws CodedError `codec/…` */
export const readMap = (reader: BitReader, length: number): { bits: Uint8Array; rowLength: number } => {
  const rowLength = reader.varint();
  if (rowLength < 1 || rowLength > length) malformed('codec/bad-stream', `Rows of ${rowLength} in ${length}.`);
  const zeros = Int32Array.from(reader.bytes(contextCount), zerosOf);
  const { even, odd, words } = readStates(reader, length + 2);
  const around = new Neighbourhood(rowLength);
  const bits = new Uint8Array(length);
  let at = 0;
  let state = even;
  let other = odd;
  for (let i = 0; i < length; i++) {
    const frequency = zeros[around.context()];
    const slot = state & (scale - 1);
    let next: number;
    if (slot < frequency) {
      next = Math.imul(frequency, state >>> precision) + slot;
      around.see(0);
    } else {
      bits[i] = 1;
      next = Math.imul(scale - frequency, state >>> precision) + slot - frequency;
      around.see(1);
    }
    if (next < leastState) next = (next << 16) | words[at++];
    state = other;
    other = next;
  }
  checkEnd(state, other, at, words.length);
  return { bits, rowLength };
};
