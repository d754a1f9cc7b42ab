import { malformed } from '../../codec/streams/malformed.js';
import type { BitReader, BitWriter } from '../../util/bits.js';
import type { Grid } from '../model.js';

/*
 * A grid: its bits, a byte; least and most, zigzag varints; the number of scales, a varint; the scales, float32; a byte, 1
 * where zero points other than 0 follow; these, zigzag varints.
 */

/** Whole numbers of any sign as ones from 0 on: 0, −1, 1, −2, … */
const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
const fromZigzag = (code: number): number => (code % 2 === 1 ? -(code + 1) / 2 : code / 2);

export const writeGrid = ({ bits, least, most, scales, zeroPoints }: Grid, writer: BitWriter): void => {
  writer.uint8(bits);
  writer.varint(zigzag(least));
  writer.varint(zigzag(most));
  writer.varint(scales.length);
  writer.float32s(scales);
  const isAffine = zeroPoints.some((zeroPoint) => zeroPoint !== 0);
  writer.uint8(isAffine ? 1 : 0);
  if (isAffine) for (const zeroPoint of zeroPoints) writer.varint(zigzag(zeroPoint));
};

/** @param channels numbers of scales that the tensor can have @throws CodedError `codec/…` */
export const readGrid = (reader: BitReader, channels: readonly number[]): Grid => {
  const bits = reader.uint8();
  const [least, most] = [fromZigzag(reader.varint()), fromZigzag(reader.varint())];
  if (bits < 1 || bits > 16 || least > 0 || most < least || most - least >= 2 ** bits) {
    malformed('codec/bad-scale', `A grid of ${bits} bits from ${least} to ${most}.`);
  }
  const count = reader.varint();
  if (!channels.includes(count)) malformed('codec/bad-count', `A grid of ${count} scales.`);
  const scales = reader.float32s(count);
  if (!scales.every((scale) => scale > 0 && Number.isFinite(scale))) {
    malformed('codec/bad-scale', 'A scale of a grid is not above 0, or not finite.');
  }
  const flag = reader.uint8();
  if (flag > 1) malformed('codec/bad-stream', `A grid goes on with the unknown byte ${flag}.`);
  const zeroPoints = new Int32Array(count);
  if (flag === 1) for (let i = 0; i < count; i++) zeroPoints[i] = fromZigzag(reader.varint());
  if (!zeroPoints.every((zeroPoint) => zeroPoint >= least && zeroPoint <= most)) {
    malformed('codec/bad-scale', 'A zero point lies outside its grid.');
  }
  return { bits, least, most, scales, zeroPoints };
};
