import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bitRate, computeRate, duration, parseQuantity } from '../../shared/scenario/quantity.js';
import { refusal, withLines } from './helpers.js';

const network = (link: string): string => `network: { uplink: ${link}, downlink: 1 Mbit/s }\n`;

describe('a quantity', () => {
  test.each([
    ['10 Mbit/s', bitRate, 10e6],
    ['10Mbit/s', bitRate, 10e6],
    ['2.5 Gbit/s', bitRate, 2.5e9],
    ['300 kbit/s', bitRate, 300e3],
    ['64', bitRate, 64],
    ['40 ms', duration, 0.04],
    ['30 s', duration, 30],
    ['1.5 min', duration, 90],
    ['2 h', duration, 7200],
    ['250 us', duration, 0.00025],
    ['2 GFLOP/s', computeRate, 2e9],
    ['1e3 MFLOP/s', computeRate, 1e9],
  ])('%s', (text, dimension, value) => {
    expect(parseQuantity(text, dimension)).toEqual({ value });
  });

  test('milliseconds are the nearest number to their thousandth', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), (n) => {
        expect(parseQuantity(`${n} ms`, duration)).toEqual({ value: Number(`${n}e-3`) });
      }),
    );
  });

  test.each([
    ['10 MB/s', '80 Mbit/s'],
    ['10 MiB/s', '83.88608 Mbit/s'],
    ['10 Mibit/s', '10.48576 Mbit/s'],
    ['10 Mbps', '10 Mbit/s'],
    ['500 kB/s', '4 Mbit/s'],
    ['10 mbit/s', '10 Mbit/s'],
  ])('%s is refused with what is most likely meant: %s', (text, meant) => {
    const message = refusal(() => withLines(network(text)));
    expect(message).toMatch(/^test\.yaml:5:20: network\.uplink is /);
    expect(message).toContain(meant);
  });

  test.each(['fast', '10 parsec', '', '0', '-1 Mbit/s', '1e300 Gbit/s', '[1]', 'true', '1 2', '10 Mbit/s x'])(
    '%s is refused',
    (text) => {
      expect(refusal(() => withLines(network(text)))).toContain('network.uplink');
    },
  );

  test('plain numbers are base units', () => {
    const { scenario } = withLines('network: { uplink: 1000000, downlink: 2e6, latency: 0.04 }\n');
    expect(scenario.network).toEqual({ uplink: 1e6, downlink: 2e6, latency: 0.04, spread: 0, compute: null });
  });
});
