import { mapPositions } from '../../../codec/streams/map-positions.js';
import { positionFormat } from './position-format.js';

/** A bit a number, entropy-coded given its row and column. */
export const map = positionFormat(
  {
    name: 'map',
    summary: 'a bit a number, by range ANS given rows and columns',
    code: 8,
    paper: 'Duda 2013, Asymmetric numeral systems; Marpe et al. 2003, significance maps of CABAC',
  },
  mapPositions,
);
