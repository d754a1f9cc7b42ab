import { CodedError } from '../util/errors.js';
import { sweepFileVersion, type SweepFile, type SweepFilePoint } from './sweep-file.js';

const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The name of a folder in `points/`, and of none outside. */
const isPlace = (name: unknown): boolean => typeof name === 'string' && /^[^./\\][^/\\]*$/.test(name);

const isPoint = (value: unknown): value is SweepFilePoint =>
  isGroup(value) &&
  isPlace(value['name']) &&
  typeof value['case'] === 'string' &&
  typeof value['seed'] === 'number' &&
  isGroup(value['grid']);

const isSweepFile = (value: unknown): value is SweepFile =>
  isGroup(value) &&
  typeof value['v'] === 'number' &&
  value['v'] <= sweepFileVersion &&
  typeof value['name'] === 'string' &&
  (value['baseline'] === null || typeof value['baseline'] === 'string') &&
  Array.isArray(value['points']) &&
  value['points'].every(isPoint);

const hint = 'It must be a sweep.json as `fedsqueeze sweep` writes it.';

/**
 * Reads the text of a `sweep.json`.
 * @param where the file, for messages
 * @throws CodedError `report/bad-file`
 */
export const parseSweepFile = (text: string, where: string): SweepFile => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CodedError('report/bad-file', 'The sweep file is not JSON.', { where, hint, cause });
  }
  if (isSweepFile(value)) return value;
  throw new CodedError('report/bad-file', `This is no sweep file of version ${sweepFileVersion} or older.`, {
    where,
    hint,
  });
};
