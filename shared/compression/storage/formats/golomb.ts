import { golomb as code } from '../../../codec/streams/golomb.js';
import { positionFormat } from './position-format.js';

/** Golomb's code of the gaps. */
export const golomb = positionFormat(
  { name: 'golomb', summary: 'the gaps by Golomb’s code', code: 5, paper: 'Golomb 1966, Run-length encodings' },
  code,
);
