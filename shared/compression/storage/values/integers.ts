import { z } from 'zod';
import { malformed } from '../../../codec/streams/malformed.js';
import { rawBytes, readRawSymbols, writeRawSymbols } from '../../../codec/streams/raw.js';
import type { Grid } from '../../model.js';
import type { ValueCoding } from './coding.js';
import { prepareSymbols, readSymbolStream } from './symbol-stream.js';

/*
 * A value is scale · (q − zero point). As they are, integers are stored as q − least; entropy-coded, as q − zero point from
 * the least such difference on, so that 0 is one symbol in all channels.
 */
const [asTheyAre, entropyCoded] = [0, 1];

/** The least q − zero point of any channel, and how many there are from it on. */
const differencesOf = ({ least, most, zeroPoints }: Grid): { from: number; alphabet: number } => {
  const from = least - zeroPoints.reduce((a, b) => Math.max(a, b));
  return { from, alphabet: most - zeroPoints.reduce((a, b) => Math.min(a, b)) - from + 1 };
};

/** The integers q of values; null where one is none of the grid's numbers. */
const integersOf = (values: Float32Array, positions: Uint32Array, grid: Grid): Int32Array | null => {
  const { scales, zeroPoints, least, most } = grid;
  const integers = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const channel = positions[i] % scales.length;
    const difference = Math.round(values[i] / scales[channel]);
    const q = difference + zeroPoints[channel];
    if (!(q >= least && q <= most) || Math.fround(scales[channel] * difference) !== values[i]) return null;
    integers[i] = q;
  }
  return integers;
};

/** Values on a grid, as its integers. */
export const integers: ValueCoding = {
  name: 'integers',
  summary: 'quantized: the integers of a tensor’s grid',
  options: z.strictObject({}),
  code: 3,
  prepare: (values, { positions, grid }) => {
    if (grid === null) return null;
    const found = integersOf(values, positions, grid);
    if (found === null) return null;
    const { least, most, zeroPoints } = grid;
    const { from, alphabet } = differencesOf(grid);
    const differences = Uint16Array.from(found, (q, i) => q - zeroPoints[positions[i] % zeroPoints.length] - from);
    const stream = prepareSymbols(differences, alphabet);
    const plainBytes = rawBytes(found.length, most - least + 1);
    const isPlain = plainBytes <= stream.bytes;
    return {
      bytes: isPlain ? plainBytes : stream.bytes,
      parameter: isPlain ? asTheyAre : entropyCoded,
      write: (writer) => {
        if (isPlain) {
          writeRawSymbols(
            Uint16Array.from(found, (q) => q - least),
            most - least + 1,
            writer,
          );
        } else stream.write(writer);
        return 0;
      },
    };
  },
  read: (reader, { positions, grid }, parameter) => {
    if (grid === null || parameter > entropyCoded) return malformed('codec/bad-stream', 'Integers without a grid.');
    const { scales, zeroPoints, least, most } = grid;
    const { from, alphabet } = differencesOf(grid);
    const isPlain = parameter === asTheyAre;
    const count = positions.length;
    const symbols = isPlain
      ? readRawSymbols(reader, count, most - least + 1)
      : readSymbolStream(reader, count, alphabet);
    const values = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      const channel = positions[i] % scales.length;
      const difference = isPlain ? symbols[i] + least - zeroPoints[channel] : symbols[i] + from;
      const q = difference + zeroPoints[channel];
      if (q > most || q < least) malformed('codec/bad-symbol', `The integer ${q} is outside its grid.`);
      values[i] = scales[channel] * difference;
    }
    return values;
  },
};
