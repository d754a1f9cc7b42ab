import { mkdtemp, readFile, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import yargs from 'yargs';
import { describe, expect, it, vi } from 'vitest';
import { reportCommand } from '../../cli/commands/report.js';
import { formatSummary, formatSweep } from '../../report/console.js';
import { toCsv } from '../../report/export/csv.js';
import { loadReport } from '../../report/load.js';
import { writeReport } from '../../report/write-report.js';
import { writeRunFolder, writeSweepFolder } from './fixtures.js';

const folder = () => mkdtemp(join(tmpdir(), 'fedsqueeze-write-'));

const evil = `<img src=x onerror=alert(1)>"'&</script><script>alert(2)</script>`;

describe('writing a report', () => {
  it('puts page, pictures and tables into the run’s own folder', async () => {
    const run = await writeRunFolder(await folder(), { rounds: 5 });
    const { html, files } = await writeReport([run]);
    expect(html).toBe(join(run, 'report.html'));
    expect((await readdir(run)).toSorted()).toEqual(['plots', 'report.html', 'run.jsonl', 'scenario.yaml', 'tables']);
    expect((await readdir(join(run, 'tables'))).toSorted()).toEqual(['evaluations.csv', 'rounds.csv', 'runs.csv']);
    const pictures = await readdir(join(run, 'plots'));
    expect(pictures.filter((name) => name.endsWith('.svg'))).toHaveLength(5);
    expect(pictures.filter((name) => name.endsWith('.png'))).toHaveLength(5);
    expect(files).toHaveLength(14);
  });

  it('writes the same page for the same runs, with commands to repeat them', async () => {
    const run = await writeRunFolder(join(await folder(), 'a run'), { rounds: 3 });
    const first = await readFile((await writeReport([run], { formats: ['html'] })).html, 'utf8');
    expect(await readFile((await writeReport([run], { formats: ['html'] })).html, 'utf8')).toBe(first);
    expect(first).toContain(`fedsqueeze run &quot;${join(run, 'scenario.yaml')}&quot;`);
    expect(first).toContain('evaluate: { every: 1, targets: [0.9,0.95] }');
    expect(first.length).toBeLessThan(1_000_000);
  });

  it('sets the bytes of one transfer side by side, counted in five ways, for each case', async () => {
    const sweep = await writeSweepFolder(await folder(), {
      float32: { rounds: 4, upBytes: 796_840 },
      small: { rounds: 4, upBytes: 9000 },
    });
    const page = await readFile((await writeReport([sweep], { formats: ['html'] })).html, 'utf8');
    const table = page.slice(page.indexOf('Bytes of one transfer (means'));
    const cellsOf = (label: string): string[] => {
      const row = table.slice(table.indexOf(`<th scope="row">${label}`)).split('</tr>')[0];
      return [...row.matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(([, cell]) => cell);
    };
    expect(cellsOf('small')).toEqual(['uplink', '797 kB', '14.4 kB', '8.73 kB', '9.06 kB', '9.18 kB', '0.500']);
    expect(cellsOf('float32').slice(1, 6)).toEqual(['797 kB', '1.27 MB', '–', '797 kB', '797 kB']);
  });

  it('lets no name out of its text', async () => {
    const root = await folder();
    const folders = [
      await writeRunFolder(join(root, 'a'), { name: evil, rounds: 3, scenario: `note: ${JSON.stringify(evil)}` }),
      await writeRunFolder(join(root, 'b'), { name: `${evil}2`, rounds: 3, upBytes: 10, faults: [{ code: evil }] }),
    ];
    const page = await readFile((await writeReport(folders, { out: join(root, 'out') })).html, 'utf8');
    expect(page).not.toContain('<img');
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page.match(/<\/script/g)).toHaveLength(1);
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
    for (const name of await readdir(join(root, 'out', 'plots'))) {
      if (!name.endsWith('.svg')) continue;
      expect(await readFile(join(root, 'out', 'plots', name), 'utf8')).not.toMatch(/<img|<script/);
    }
  });

  it('says what is unfinished and what may not repeat', async () => {
    const run = await writeRunFolder(await folder(), { rounds: 3, exit: null, faults: [{ code: 'wire/bad-magic' }] });
    const page = await readFile((await writeReport([run], { formats: ['html'] })).html, 'utf8');
    expect(page).toContain('Unfinished: fake (seed 1).');
    expect(page).toContain('A repeat may differ');
    expect(page).toContain('wire/bad-magic');
  });

  it('makes a page of a run that has no round yet', async () => {
    const run = await writeRunFolder(await folder(), { rounds: 0, exit: null });
    expect(await readFile((await writeReport([run])).html, 'utf8')).toContain('Unfinished');
  });

  it('writes every round, evaluation and run to CSV', async () => {
    const sweep = await writeSweepFolder(await folder(), { float32: { rounds: 4 }, small: { rounds: 4 } });
    await writeReport([sweep], { formats: ['csv'] });
    const lines = async (name: string): Promise<string[]> =>
      (await readFile(join(sweep, 'tables', name), 'utf8')).trimEnd().split('\r\n');
    expect(await lines('rounds.csv')).toHaveLength(1 + 2 * 3 * 4);
    expect(await lines('evaluations.csv')).toHaveLength(1 + 2 * 3 * 4);
    const runs = await lines('runs.csv');
    expect(runs).toHaveLength(1 + 2 * 3);
    expect(runs[0]).toMatch(/^case,run,seed,.*uplinkWireBytes.*bytesTo0.9,caseSavingTo0.9/);
    expect(await readdir(sweep)).not.toContain('report.html');
  });
});

describe('CSV', () => {
  it('quotes what would break a line and leaves null empty', () => {
    expect(
      toCsv([
        { a: 'x,"y"\n', b: null, c: 1 },
        { a: 'z', b: true, c: 0.5 },
      ]),
    ).toBe('a,b,c\r\n"x,""y""\n",,1\r\nz,true,0.5\r\n');
    expect(toCsv([])).toBe('');
  });
});

describe('console tables', () => {
  it('end a run with accuracy, ratios, bytes and time', async () => {
    const { runs } = await loadReport([await writeRunFolder(await folder(), { targets: [0.9, 0.999] })]);
    const text = formatSummary(runs[0].summary);
    expect(text).toMatch(/^accuracy +96\.\d\d % \(best 9\d\.\d\d %\)$/m);
    expect(text).toMatch(/^to 90 % +\d+\.\d MB in both directions, round \d+$/m);
    expect(text).toMatch(/^to 99.9 % +not reached$/m);
    expect(text).toMatch(/^uplink +239 MB +2\.72 MB +2\.75 MB +86\.8×$/m);
    expect(text).toMatch(/^both directions +478 MB +37\.7 MB +37\.7 MB +12\.7×$/m);
    expect(text).not.toMatch(/faults|repeatable/);
  });

  it('end a sweep with a row a case and the savings', async () => {
    const sweep = await writeSweepFolder(await folder(), { float32: { rounds: 20 }, small: { rounds: 20 } });
    const lines = formatSweep(await loadReport([sweep])).split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^case +runs +accuracy +uplink +both +MB up +MB down +rounds to 90 % +MB +saving/);
    expect(lines[2]).toMatch(/^float32 \(baseline\) +3 /);
  });
});

describe('fedsqueeze report', () => {
  const run = (...words: string[]): Promise<unknown> =>
    yargs(words).command(reportCommand).exitProcess(false).fail(false).strict().parseAsync();

  it('writes only the formats asked for and prints their paths', async () => {
    const at = await writeRunFolder(await folder(), { rounds: 3 });
    const out = join(await folder(), 'out');
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    await run('report', at, '--out', out, '--format', 'csv,html');
    const printed = log.mock.calls.map(([line]) => String(line));
    log.mockRestore();
    expect((await readdir(out)).toSorted()).toEqual(['report.html', 'tables']);
    expect(printed).toContain(join(out, 'report.html'));
  });

  it('refuses an unknown format and a folder that is no run', async () => {
    const at = await writeRunFolder(await folder(), { rounds: 3 });
    await expect(run('report', at, '--format', 'pdf')).rejects.toMatchObject({ code: 'argument/invalid' });
    await expect(run('report', join(at, 'nowhere'))).rejects.toMatchObject({ code: 'report/not-a-run', exitCode: 2 });
  });
});
