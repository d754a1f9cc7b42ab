import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { formatSweep } from '../../../report/console.js';
import { formatStages } from '../../../report/compression.js';
import { formatBytes } from '../../../report/format.js';
import { loadReport } from '../../../report/load.js';
import { readCompression } from '../../../report/compressed/load.js';
import { renderCompressionPage } from '../../../report/compressed/page.js';
import { modelPlots } from '../../../report/compressed/plots/index.js';
import { compressedStages, layerPairs, namedStages } from '../../../report/compressed/stages.js';
import { plots } from '../../../report/plots/index.js';
import { renderSvg } from '../../../report/render/svg.js';
import { writeReport } from '../../../report/write-report.js';
import { refusal } from '../../support/refusal.js';
import { writeRunFolder, writeSweepFolder } from '../fixtures.js';
import { compressionOf, writeCompressionFolder } from './fixture.js';

const folder = () => mkdtemp(join(tmpdir(), 'fedsqueeze-compressed-'));

/** Files of the folder that are no pictures: what pictures are made with. */
const tools = new Set(['index', 'model-plot', 'accuracy-layers', 'layer-bars']);

describe('pictures of a compressed model', () => {
  it('are one file each', async () => {
    const files = (await readdir('report/compressed/plots')).map((file) => file.replace('.ts', ''));
    expect(files.filter((file) => !tools.has(file)).toSorted()).toEqual(
      modelPlots.all.map(({ name }) => name).toSorted(),
    );
  });

  it.each(modelPlots.all.map(({ name }) => name))('%s is clean, or none, at any stage', async (name) => {
    for (const stages of [1, 2, 3]) {
      const spec = modelPlots.get(name).draw(compressionOf({ stages }));
      if (spec === null) continue;
      const svg = await renderSvg(spec);
      expect(svg).toMatch(/^<svg [^>]*viewBox/);
      expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
      expect(svg).not.toMatch(/ id="/);
      expect(await renderSvg(spec)).toBe(svg);
    }
  });

  it('label each step, and say what a point is', async () => {
    const compression = compressionOf();
    const svg = await renderSvg(modelPlots.get('accuracy-by-size').draw(compression)!);
    const stored = namedStages(compression);
    for (const { label } of stored) expect(svg).toContain(`>${label}</text>`);
    expect(svg).toMatch(/aria-label="neuron; accuracy 96\.00 %; [\d.]+ kB stored, [\d.]+×"/);
    const flops = await renderSvg(modelPlots.get('accuracy-by-flops').draw(compression)!);
    // Three points and, where weights are 0, two hollow squares.
    expect(flops.match(/aria-roledescription="point"/g)).toHaveLength(5);
  });

  it('have bars before and after for each layer with numbers or FLOPs', async () => {
    const sizes = await renderSvg(modelPlots.get('layer-sizes').draw(compressionOf())!);
    expect(sizes.match(/aria-roledescription="bar"/g)).toHaveLength(2 * 4);
    // 4 · 36 filter weights and 4 biases.
    expect(sizes).toContain('conv2d; before, float32: 160 B');
    const flops = await renderSvg(modelPlots.get('layer-flops').draw(compressionOf())!);
    expect(flops).toContain('hidden; before: 0.00922 MFLOPs');
    expect(flops).toContain('hidden; after: 0.00461 MFLOPs');
  });

  it('have histograms whose counts are told to their first digit', async () => {
    const compression = compressionOf();
    const counts = [0, 2100, 10];
    const [hidden] = compression.stages.at(-1)!.measures.layers.filter(({ name }) => name === 'hidden');
    const last = { ...hidden, histogram: { limit: 1, counts, zeros: 0 } };
    const stages = compression.stages.map((stage) => ({ ...stage, measures: { ...stage.measures, layers: [last] } }));
    const svg = await renderSvg(modelPlots.get('weight-histograms').draw({ ...compression, stages })!);
    for (const label of ['100', '500', '2k']) expect(svg).toContain(`>${label}</text>`);
  });

  it('pair layers by name', () => {
    const pairs = layerPairs(compressionOf());
    expect(pairs.map(({ name }) => name)).toEqual(['conv2d', 'batch_normalization', 'flatten', 'hidden', 'dense']);
    expect(pairs[3].before!.parameters).toBe(144 * 32 + 32);
    expect(pairs[3].after!.parameters).toBe(144 * 16 + 16);
  });

  it('count steps that come twice', () => {
    const { stages } = compressionOf();
    const twice = namedStages({ stages: [...stages, stages[1]] });
    expect(twice.map(({ label }) => label)).toEqual(['original', 'magnitude', 'neuron', 'magnitude 2']);
    expect(twice[0].ratio).toBe(stages[0].measures.originalBytes / stages[0].measures.storedBytes);
  });
});

test('the table of the console tells FLOPs of small networks too', () => {
  const table = formatStages(compressedStages(compressionOf()));
  const [, , ...rows] = table.split('\n');
  expect(rows).toHaveLength(3);
  for (const row of rows) expect(row).toMatch(/ 0\.0\d*[1-9]\d* +0\.0\d*[1-9]\d*$/);
});

describe('the report of a folder of model compression', () => {
  const evil = '<img src=x onerror=alert(1)>';

  it('has page, pictures and tables, the same bytes again', async () => {
    const at = await writeCompressionFolder(await folder());
    const { html, files } = await writeReport([at]);
    expect(files).toHaveLength(1 + 6 + 6 + 2);
    const page = await readFile(html, 'utf8');
    await writeReport([at], { formats: ['html'] });
    expect(await readFile(html, 'utf8')).toBe(page);
    expect(page).toContain('mlp (hidden 32) on synthetic, pipeline seed 1.');
    expect(page.match(/<table>/g)).toHaveLength(2);
    expect(page.match(/<figure /g)).toHaveLength(6);
    expect(page).toMatch(/<dd>2\.00×<small>10,000 became 20,000 examples a second/);
    const rows = (await readFile(join(at, 'tables', 'layers.csv'), 'utf8')).trimEnd().split('\r\n');
    expect(rows).toHaveLength(1 + 3 * 5);
    expect(rows[0]).toContain('storedBytes,format,values,flops,effectiveFlops');
  });

  it('says what is unfinished, and every warning, and lets no name out of its text', async () => {
    const warning = `Every weight of '${evil}' is gone.`;
    const at = await writeCompressionFolder(await folder(), { name: evil, stages: 2, exit: 'interrupted', warning });
    const page = await readFile((await writeReport([at])).html, 'utf8');
    expect(page).toContain('It was interrupted after 1 of 2 steps.');
    expect(page).toContain('is gone. (compression/empty-layer)');
    expect(page).not.toContain('<img');
    expect(page.match(/<script/g)).toHaveLength(1);
  });

  it('folds many warnings', async () => {
    const compression = compressionOf({ warning: 'Gone.' });
    const [original, pruned, rest] = compression.stages;
    const warnings = Array.from({ length: 9 }, () => pruned.warnings[0]);
    const many = { ...compression, stages: [original, { ...pruned, warnings }, rest] };
    expect(renderCompressionPage(compression, [])).not.toContain('<summary>');
    const page = renderCompressionPage(many, []);
    expect(page).toContain('<summary>9 warnings</summary>');
    expect(page.match(/magnitude: Gone\. \(compression\/empty-layer\)/g)).toHaveLength(9);
  });

  it('is a page too before the first stage', async () => {
    const at = await writeCompressionFolder(await folder(), { stages: 0, exit: 'failed' });
    expect(await readFile((await writeReport([at])).html, 'utf8')).toContain('It failed after 0 of 2 steps.');
  });

  it('refuses what is no such file, a newer one, and company', async () => {
    const at = await writeCompressionFolder(await folder());
    const run = await writeRunFolder(await folder(), { rounds: 3 });
    await refusal('argument/invalid', () => writeReport([run, at]));
    await writeFile(join(at, 'compression.json'), '{"v": 1}');
    await refusal('report/bad-file', () => readCompression(at));
    await writeFile(join(at, 'compression.json'), JSON.stringify({ ...compressionOf(), v: 99 }));
    await refusal('report/bad-file', () => readCompression(at));
    await writeFile(join(at, 'compression.json'), '{');
    await refusal('report/bad-file', () => readCompression(at));
  });

  it('has a column each in the tables of a sweep, and in its CSV', async () => {
    const sweep = await writeSweepFolder(await folder(), { float32: { rounds: 4 }, small: { rounds: 4 } });
    for (const point of await readdir(join(sweep, 'points'))) {
      if (point.startsWith('case1-')) await writeCompressionFolder(join(sweep, 'points', point, 'compressed'));
    }
    const model = await loadReport([sweep]);
    const [head, , baseline, small] = formatSweep(model).split('\n');
    expect(head).toMatch(/compressed +stored +ratio +time +front$/);
    const stored = namedStages(compressionOf()).at(-1)!.measures.storedBytes;
    expect(small).toContain(`96.00 %  ${formatBytes(stored)}`);
    expect(baseline).toMatch(/– +– +– +[\d.]+ s/);
    await writeReport([sweep], { formats: ['html', 'csv'] });
    expect(await readFile(join(sweep, 'report.html'), 'utf8')).toMatch(/>Compressed<\/th>/);
    const [columns, ...rows] = (await readFile(join(sweep, 'tables', 'runs.csv'), 'utf8')).trimEnd().split('\r\n');
    const at = columns.split(',').indexOf('storedBytes');
    expect(new Set(rows.map((row) => row.split(',')[at]))).toEqual(new Set(['', String(stored)]));
  });

  it('has a picture of the cases, where two or more were compressed', async () => {
    const sweep = await writeSweepFolder(await folder(), { float32: { rounds: 4 }, small: { rounds: 4 } });
    const points = join(sweep, 'points');
    const draw = async () => plots.get('compressed-models').draw(await loadReport([sweep]));
    expect(await draw()).toBeNull();
    await writeCompressionFolder(join(points, 'case0-seed1', 'compressed'), { stages: 2 });
    expect(await draw()).toBeNull();
    await writeCompressionFolder(join(points, 'case1-seed1', 'compressed'));
    const svg = await renderSvg((await draw())!);
    expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(2);
    expect(svg).toMatch(/aria-label="float32; accuracy 96\.50 %; [\d.]+ kB stored, [\d.]+×"/);
    expect(svg).toMatch(/aria-label="small; accuracy 96\.00 %/);
    expect(svg).not.toMatch(/NaN|Infinity|undefined|null| id="/);
  });

  it('is in the run’s own report', async () => {
    const run = await writeRunFolder(await folder(), { rounds: 3 });
    await writeCompressionFolder(join(run, 'compressed'));
    const page = await readFile((await writeReport([run], { formats: ['html'] })).html, 'utf8');
    expect(page).toContain('<h2>Model compression</h2>');
    expect(page).toMatch(/<th scope="row">neuron<\/th>/);
  });
});
