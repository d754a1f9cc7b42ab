import { eliasFano } from '../../../codec/streams/elias-fano.js';
import { positionFormat } from './position-format.js';

/** Elias and Fano's code: low bits as they are, high parts in unary. */
export const eliasfano = positionFormat(
  {
    name: 'eliasfano',
    summary: 'low bits as they are, high parts in unary',
    code: 6,
    paper: 'Elias 1974, Efficient storage and retrieval by content and address of static files; Fano 1971',
  },
  eliasFano,
);
