import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSweepFile } from '../../shared/runlog/sweep-file-reader.js';
import { codeOf } from '../support/refusal.js';

const point = { name: 'stc-1', case: 'stc', seed: 1, set: { uplink: 'stc' }, grid: {} };
const sweep = { v: 1, name: 'codecs', baseline: null, points: [point] };

const codeOfFile = (value: unknown) => codeOf(() => parseSweepFile(JSON.stringify(value), 'sweep.json'));

test('a sweep file is read as it was written', () => {
  expect(parseSweepFile(JSON.stringify(sweep), 'sweep.json')).toEqual(sweep);
});

test.each<[string, unknown]>([
  ['of a newer version', { ...sweep, v: 2 }],
  ['without points', { ...sweep, points: null }],
  ['that is a list', [sweep]],
  ['whose point has no grid', { ...sweep, points: [{ ...point, grid: undefined }] }],
  ['whose point leads out of the folder', { ...sweep, points: [{ ...point, name: '../../elsewhere' }] }],
  ['whose point is the folder above', { ...sweep, points: [{ ...point, name: '..' }] }],
  ['whose point has no name', { ...sweep, points: [{ ...point, name: '' }] }],
])('a file %s is refused', (_what, value) => {
  expect(codeOfFile(value)).toBe('report/bad-file');
});

test('any other text is refused with a code', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(codeOf(() => parseSweepFile(text, 'sweep.json'))).toBe('report/bad-file');
    }),
  );
});
