import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatMegabytes,
  formatNumber,
  formatPercent,
  formatRatio,
  formatSeconds,
  formatTarget,
} from '../../report/format.js';
import { textTable } from '../../report/text-table.js';

describe('formats', () => {
  it('have three significant digits and no exponent', () => {
    expect([0, 0.00123, 0.5, 12.345, 1234.5, Number.NaN].map(formatNumber)).toEqual([
      '0',
      '0.00123',
      '0.500',
      '12.3',
      '1235',
      '–',
    ]);
  });

  it('count bytes in powers of ten', () => {
    expect([0, 999, 1000, 7_968_400, 2.5e9].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.00 kB',
      '7.97 MB',
      '2.50 GB',
    ]);
    expect(formatMegabytes(7_968_400)).toBe('7.97');
  });

  it('show what is not there as a dash', () => {
    expect([formatBytes(null), formatMegabytes(null), formatRatio(null), formatPercent(null)]).toEqual([
      '–',
      '–',
      '–',
      '–',
    ]);
    expect([formatSeconds(null), formatCount(null)]).toEqual(['–', '–']);
  });

  it('are short', () => {
    expect([66.123, 1, 131.6].map(formatRatio)).toEqual(['66.1×', '1.00×', '132×']);
    expect(formatPercent(0.96123)).toBe('96.12 %');
    expect([0.95, 0.975, 0.9].map(formatTarget)).toEqual(['95 %', '97.5 %', '90 %']);
    expect([12.34, 125, 7500].map(formatSeconds)).toEqual(['12.3 s', '2 min 5 s', '2 h 5 min']);
  });
});

describe('text table', () => {
  it('aligns numbers at the right, wide letters too, and lets no control character through', () => {
    const table = textTable(
      [{ title: 'name' }, { title: 'MB', isNumber: true }],
      [
        ['量子', '1'],
        ['a\u001b[31m', '100'],
      ],
    );
    expect(table.split('\n')).toEqual(['name     MB', '──────  ───', '量子      1', 'a�[31m  100']);
  });
});
