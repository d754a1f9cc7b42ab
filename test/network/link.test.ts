import { expect, test } from 'vitest';
import { clientSeconds, profileOf } from '../../shared/network/link.js';

const network = { uplink: 1e6, downlink: 8e6, latency: 0.05, compute: 2e9, spread: 0 };

test('seconds of a round, worked by hand', () => {
  // 1 MB down at 8 Mbit/s: 1 s. 0.25 MB up at 1 Mbit/s: 2 s. 3 GFLOP at 2 GFLOP/s: 1.5 s. Latency twice: 0.1 s.
  const work = { downBytes: 1e6, upBytes: 0.25e6, flops: 3e9 };
  expect(clientSeconds(profileOf(network, 1, 0), work)).toBeCloseTo(4.6, 12);
  expect(clientSeconds({ ...network, compute: null }, work)).toBeCloseTo(3.1, 12);
});

test('with a spread, clients differ by a keyed log-normal factor of median 1', () => {
  const factors = Array.from(
    { length: 2001 },
    (_, client) => profileOf({ ...network, spread: 0.5 }, 7, client).uplink / 1e6,
  );
  const logs = factors.map(Math.log).sort((a, b) => a - b);
  expect(Math.abs(logs[1000])).toBeLessThan(0.06);
  const deviation = Math.sqrt(logs.reduce((sum, x) => sum + x * x, 0) / logs.length);
  expect(Math.abs(deviation - 0.5)).toBeLessThan(0.04);
  expect(profileOf({ ...network, spread: 0.5 }, 7, 3)).toEqual(profileOf({ ...network, spread: 0.5 }, 7, 3));
  expect(profileOf({ ...network, spread: 0.5 }, 8, 3)).not.toEqual(profileOf({ ...network, spread: 0.5 }, 7, 3));
});
