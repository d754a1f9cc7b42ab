import { expect, test } from 'vitest';
import { bitsTradeOff } from '../../../report/compressed/plots/bits-trade-off.js';
import { renderSvg } from '../../../report/render/svg.js';
import type { MixedDetails } from '../../../shared/compression/quantize/mixed-details.js';
import { compressionOf } from './fixture.js';

const details: MixedDetails = {
  kind: 'mixed',
  budget: 'flops',
  meanBits: 3.6,
  loss: 0.25,
  predictedRise: 0.02,
  waterFilling: [4, 3],
  layers: [
    { name: '<b>conv</b>', bits: 5, rises: [] },
    { name: 'dense', bits: 3, rises: [] },
  ],
  tradeOff: [
    { bits: 8, loss: 0.2 },
    { bits: 4, loss: 0.22 },
    { bits: 2, loss: 0.9 },
  ],
};

const mixed = () => {
  const compression = compressionOf({ stages: 2 });
  const [first, second] = compression.stages;
  return { ...compression, stages: [first, { ...second, name: 'mixed', details }] };
};

test('the picture has a point for each measured loss, a ring for what was chosen, and is none without them', async () => {
  const svg = await renderSvg(bitsTradeOff.draw(mixed())!);
  expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(4);
  for (const text of ['4.00 bits; loss 0.220', '3.60 bits; loss 0.250', 'multiply-accumulates', 'dense 3']) {
    expect(svg).toContain(text);
  }
  expect(svg).not.toMatch(/NaN|Infinity|undefined|<b>/);
  expect(bitsTradeOff.draw(compressionOf())).toBeNull();
});
