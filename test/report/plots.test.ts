import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadReport } from '../../report/load.js';
import type { ReportModel } from '../../report/model.js';
import { plots } from '../../report/plots/index.js';
import { caseScales, seriesScales } from '../../report/plots/theme.js';
import { renderPng } from '../../report/render/png.js';
import { renderSvg } from '../../report/render/svg.js';
import { textWidth } from '../../report/render/text-width.js';
import { casePoints, comparedWay } from '../../report/summarize.js';
import { writeRunFolder, writeSweepFolder } from './fixtures.js';

/** Files of the folder that are no plots: what plots are made with. */
const tools = new Set(['index', 'plot', 'theme', 'words', 'labels', 'log-axis', 'panels', 'curve-layers']);

const models: Record<string, ReportModel> = {};

const svgOf = async (plot: string, model: string): Promise<string> => renderSvg(plots.get(plot).draw(models[model])!);

const count = (text: string, part: string): number => text.split(part).length - 1;

beforeAll(async () => {
  const root = await mkdtemp(join(tmpdir(), 'fedsqueeze-plots-'));
  const at = (name: string): string => join(root, name);
  models.run = await loadReport([await writeRunFolder(at('run'))]);
  models.sweep = await loadReport([await writeSweepFolder(at('sweep'))]);
  models.long = await loadReport([await writeRunFolder(at('long'), { rounds: 2000, pace: 300 })]);
  models.few = await loadReport([await writeRunFolder(at('few'), { rounds: 3, pace: 60 })]);
  models.begun = await loadReport([await writeRunFolder(at('begun'), { rounds: 0, exit: null })]);
  models.one = await loadReport([await writeRunFolder(at('one'), { rounds: 1 })]);
  const upOnly = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [`coding-${i}`, { upBytes: 9000 + 40 * i, ceiling: 0.97 - i / 1e5 }]),
  );
  models.many = await loadReport([await writeSweepFolder(at('many'), upOnly)]);
  models.two = await loadReport([
    at('run'),
    await writeRunFolder(at('other'), { name: 'other', upBytes: 5, exit: null }),
  ]);
});

describe('the registry of plots', () => {
  it('has a file for each plot and each plot of a file', async () => {
    const files = (await readdir('report/plots')).map((file) => file.replace('.ts', ''));
    expect(files.filter((file) => !tools.has(file)).toSorted()).toEqual(plots.all.map(({ name }) => name).toSorted());
  });
});

describe.each(plots.all.map(({ name }) => name))('%s', (name) => {
  it.each(['run', 'sweep', 'long', 'begun', 'one', 'two'])('is a clean picture, or none, of: %s', async (model) => {
    const spec = plots.get(name).draw(models[model]);
    if (spec === null) return;
    const svg = await renderSvg(spec);
    expect(svg).toMatch(/^<svg [^>]*viewBox/);
    expect(svg).not.toMatch(/NaN|Infinity|undefined|null/);
    // Pictures stand in one page, where ids of two would clash.
    expect(svg).not.toMatch(/ id="/);
    expect(svg.length).toBeLessThan(400_000);
    expect(await renderSvg(spec)).toBe(svg);
  });
});

describe('pictures', () => {
  it.each(['accuracy-by-bytes', 'accuracy-by-round', 'loss-by-round'])(
    'of a short run have axes whose numbers differ, and whole rounds: %s',
    async (name) => {
      const svg = await svgOf(name, 'few');
      const axes = svg.split('role-axis-label').slice(1);
      expect(axes).toHaveLength(2);
      const labels = axes.map((axis) =>
        [...axis.split('role-axis-title')[0].matchAll(/>([^<>]+)<\/text>/g)].map(([, label]) => label),
      );
      for (const one of labels) {
        expect(one.length).toBeGreaterThan(1);
        expect(new Set(one).size, one.join(' ')).toBe(one.length);
      }
      if (name !== 'accuracy-by-bytes') expect(labels[0]).toEqual(['1', '2', '3']);
    },
  );

  it('show what there is: for one run, for several, for none', () => {
    const drawn = (model: string): string[] =>
      plots.all.filter((plot) => plot.draw(models[model]) !== null).map(({ name }) => name);
    expect(drawn('run')).toEqual([
      'accuracy-by-bytes',
      'accuracy-by-round',
      'bytes-per-round',
      'bytes-by-kind',
      'loss-by-round',
    ]);
    expect(drawn('sweep')).toEqual([
      'accuracy-by-bytes',
      'pareto-front',
      'accuracy-by-round',
      'wire-per-round',
      'bytes-by-kind',
      'loss-by-round',
    ]);
    expect(drawn('begun')).toEqual([]);
  });

  it('say at each point what it is', async () => {
    const svg = await svgOf('accuracy-by-bytes', 'run');
    const last = models.run.runs[0].summary;
    const accuracy = `${(last.accuracy! * 100).toFixed(2)} %`;
    expect(svg).toContain(
      `fake; round 30; accuracy ${accuracy}; ${(last.total.wireBytes / 1e6).toFixed(1)} MB on the wire`,
    );
    expect(count(svg, 'aria-roledescription="point"')).toBe(60);
  });

  it('have a line a case, a band over seeds and the baseline in grey', async () => {
    const svg = await svgOf('accuracy-by-round', 'sweep');
    const cases = models.sweep.cases.length;
    expect(count(svg, '<g class="mark-line role-mark')).toBe(cases);
    expect(count(svg, '<g class="mark-area role-mark')).toBe(cases);
    expect(caseScales(models.sweep).color.range[0]).toBe('#6b6b6b');
    expect(new Set(caseScales(models.sweep).color.range).size).toBe(cases);
  });

  it('name every case at its point of the front', async () => {
    const svg = await svgOf('pareto-front', 'sweep');
    for (const { label } of models.sweep.cases) expect(svg).toContain(`>${label}</text>`);
    expect(count(svg, 'on the Pareto front" role')).toBeGreaterThanOrEqual(2);
    expect(await svgOf('pareto-front', 'two')).toContain('>other (unfinished)</text>');
  });

  it('compare cases by the direction in which they differ, and leave names out where there is no room', async () => {
    expect(comparedWay(models.sweep.cases)).toBe('total');
    expect(comparedWay(models.many.cases)).toBe('uplink');
    const svg = await svgOf('pareto-front', 'many');
    expect(svg).toContain('bytes up');
    const named = models.many.cases.filter(({ label }) => svg.includes(`>${label}</text>`));
    const front = casePoints(models.many.cases).filter(({ onFront }) => onFront);
    expect(named.length).toBeLessThan(40);
    expect(named.map(({ label }) => label)).toEqual(expect.arrayContaining(front.map(({ label }) => label)));
  });

  it('split a round into parts that add up to the bytes on the wire', () => {
    const spec = plots.get('bytes-per-round').draw(models.run) as unknown as {
      vconcat: { data: { values: { round: number; bytes: number }[] } }[];
    };
    const sums = spec.vconcat.map(({ data }) => data.values.reduce((sum, { bytes }) => sum + bytes, 0));
    const { uplink, downlink } = models.run.runs[0].summary;
    expect(sums[0]).toBeCloseTo(uplink.wireBytes, 3);
    expect(sums[1]).toBeCloseTo(downlink.wireBytes, 3);
  });

  it('are the same bytes as PNG with text in it, also without fonts on the machine', async () => {
    const svg = await svgOf('bytes-by-kind', 'run');
    const png = await renderPng(svg);
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    const withoutText = await renderPng(svg.replaceAll(/<text.*?<\/text>/g, ''));
    expect(png.length).toBeGreaterThan(withoutText.length * 1.5);
  });
});

describe('series', () => {
  it('differ in colour or dashes for 28 cases', () => {
    const labels = Array.from({ length: 28 }, (_, index) => `case ${index}`);
    const { color, dash } = seriesScales(labels);
    const looks = labels.map((_, index) => `${color.range[index]} ${dash.range[index].join()}`);
    expect(new Set(looks).size).toBe(28);
  });
});

describe('text width', () => {
  it('grows with the text and knows narrow, wide and square letters', () => {
    expect(textWidth('iii', 10)).toBeLessThan(textWidth('mmm', 10));
    expect(textWidth('量子', 10)).toBe(20);
    expect(textWidth('ab', 20)).toBe(2 * textWidth('ab', 10));
    expect(textWidth('ab', 10, true)).toBeGreaterThan(textWidth('ab', 10));
  });
});
