import { expect, test } from 'vitest';
import { searchFront } from '../../../report/compressed/plots/search-front.js';
import { renderSvg } from '../../../report/render/svg.js';
import { formatFronts } from '../../../report/search-front.js';
import { compressionOf } from './fixture.js';

const tried = (network: string, flops: number, accuracy: number) => ({
  network,
  flops,
  accuracy,
  parameters: 1000,
  storedBytes: 4000,
  examples: 4000,
  loss: 0.5,
});

const [small, large, worse, wide] = [
  tried('conv 3×3 8', 100_000, 0.6),
  tried('separable 3×3 16', 500_000, 0.8),
  tried('shift 3×3 24', 700_000, 0.7),
  tried('<b>conv</b> 5×5 64', 2_000_000, 0.9),
];

const details = {
  kind: 'search',
  strategy: 'evolution',
  space: 4,
  chosen: wide.network,
  trials: [worse, small, wide, large],
  front: [small, large, wide],
};

const searched = () => {
  const compression = compressionOf({ stages: 2 });
  const [first, second] = compression.stages;
  return { ...compression, stages: [first, { ...second, name: 'search', details }] };
};

test('the picture has a point for each trial, and none without a search', async () => {
  const svg = await renderSvg(searchFront.draw(searched())!);
  expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(4);
  expect(svg).toContain('shift 3×3 24; accuracy 70.00 %; 0.700 MFLOPs');
  expect(svg).not.toMatch(/NaN|Infinity|undefined|<b>/);
  expect(searchFront.draw(compressionOf())).toBeNull();
});

test('one trial is a picture too', async () => {
  const { stages, ...rest } = searched();
  const alone = { ...details, trials: [small], front: [small], chosen: small.network };
  const svg = await renderSvg(searchFront.draw({ ...rest, stages: [stages[0], { ...stages[1], details: alone }] })!);
  expect(svg).not.toMatch(/NaN|Infinity/);
});

test('the table has the front by rising FLOPs, and says which network was chosen', () => {
  const [table] = formatFronts(searched().stages);
  const lines = table.split('\n');
  expect(lines.slice(2, 5).map((line) => line.split('  ')[0])).toEqual([
    small.network,
    large.network,
    `${wide.network} (chosen)`,
  ]);
  expect(lines[5]).toContain('4 short trainings');
  expect(formatFronts(compressionOf().stages)).toEqual([]);
});
