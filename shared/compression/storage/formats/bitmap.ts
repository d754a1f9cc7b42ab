import { bitmap as code } from '../../../codec/streams/bitmap.js';
import { positionFormat } from './position-format.js';

/** A bit for every number of the tensor. */
export const bitmap = positionFormat(
  { name: 'bitmap', summary: 'a bit a number: whether it is stored', code: 1, paper: '–' },
  code,
);
