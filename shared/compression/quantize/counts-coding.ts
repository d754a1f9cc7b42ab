import { readGamma, writeGamma } from '../../codec/streams/elias.js';
import { malformed } from '../../codec/streams/malformed.js';
import { BitReader, BitWriter } from '../../util/bits.js';
import { binsOfSign, leastExponent, noCounts, type ValueCounts } from './counts.js';

/*
 * Counts as bytes: what a client sends instead of its values. For each point, in an order that both sides know: the
 * exponent (16 bits, from −160), the zeros and the number of filled bins (LEB128), the least and the largest value
 * (float32), then for each filled bin the gap to the one before and its count in Elias's gamma code.
 */

const largestExponent = 128;

const writeCounts = ({ exponent, bins, zeros, least, largest }: ValueCounts, writer: BitWriter): void => {
  const filled = Array.from(bins.keys()).filter((i) => bins[i] > 0);
  writer.uint16(exponent - leastExponent);
  writer.varint(zeros);
  writer.varint(filled.length);
  // Of no values there are none to send.
  if (zeros + filled.length > 0) {
    writer.float32(least);
    writer.float32(largest);
  }
  let before = -1;
  for (const bin of filled) {
    writeGamma(bin - before, writer);
    writeGamma(bins[bin], writer);
    before = bin;
  }
  writer.align();
};

const readCounts = (reader: BitReader): ValueCounts => {
  const exponent = reader.uint16() + leastExponent;
  if (exponent > largestExponent) malformed('codec/bad-scale', `Bins of 2^${exponent}.`);
  const [zeros, filled] = [reader.varint(), reader.varint()];
  if (filled > 2 * binsOfSign) malformed('codec/bad-count', `${filled} filled bins of ${2 * binsOfSign}.`);
  if (zeros + filled === 0) return { ...noCounts(), exponent };
  const [least, largest] = [reader.float32(), reader.float32()];
  const reach = binsOfSign * 2 ** exponent;
  // Written so that NaN is refused too.
  if (!(least <= largest && Math.abs(least) <= reach && Math.abs(largest) <= reach)) {
    malformed('codec/bad-scale', `Values from ${least} to ${largest}.`);
  }
  const bins = new Float64Array(2 * binsOfSign);
  let at = -1;
  for (let i = 0; i < filled; i++) {
    at += readGamma(reader);
    if (at >= bins.length) malformed('codec/bad-position', `Bin ${at} of ${bins.length}.`);
    bins[at] = readGamma(reader);
  }
  reader.align();
  return { exponent, bins, zeros, least, largest };
};

/** @param counts one for each point; no bin above 2^31 − 1, no more than 2^32 − 1 zeros */
export const encodeCounts = (counts: readonly ValueCounts[]): Uint8Array => {
  const writer = new BitWriter(1024);
  for (const one of counts) writeCounts(one, writer);
  return writer.finish();
};

/**
 * What {@link encodeCounts} wrote.
 * @param points how many
 * @throws CodedError `codec/…`
 */
export const decodeCounts = (bytes: Uint8Array, points: number): ValueCounts[] => {
  const reader = new BitReader(bytes);
  const counts = Array.from({ length: points }, () => readCounts(reader));
  reader.end();
  return counts;
};
