import { ransPositions } from '../../../codec/streams/rans-positions.js';
import { positionFormat } from './position-format.js';

/** Gaps by an entropy code of their sizes. */
export const gaps = positionFormat(
  {
    name: 'gaps',
    summary: 'the gaps by range ANS',
    code: 7,
    paper: 'Duda 2013, Asymmetric numeral systems',
  },
  ransPositions,
);
