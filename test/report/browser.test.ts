import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeReport } from '../../report/write-report.js';
import { writeCompressionFolder } from './compressed/fixture.js';
import { writeRunFolder, writeSweepFolder } from './fixtures.js';

const places = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
];
const executablePath = places.find((path) => path !== '' && existsSync(path));

const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

if (executablePath === undefined) {
  process.stderr.write(
    '\nSKIPPED: no Chromium here, so no report was opened in a browser. Set CHROMIUM_PATH to one.\n\n',
  );
}

describe.skipIf(executablePath === undefined)('the page in a real browser', () => {
  let browser: Browser;
  let run: string;
  let sweep: string;
  let compressed: string;
  const evil = '<img src=x onerror=alert(1)>';

  beforeAll(async () => {
    const root = await mkdtemp(join(tmpdir(), 'fedsqueeze-browser-'));
    run = (await writeReport([await writeRunFolder(join(root, 'run'), { name: evil })], { formats: ['html'] })).html;
    sweep = (await writeReport([await writeSweepFolder(join(root, 'sweep'))], { formats: ['html'] })).html;
    const model = await writeCompressionFolder(join(root, 'compressed'), { name: evil });
    compressed = (await writeReport([model], { formats: ['html'] })).html;
    browser = await chromium.launch({ executablePath: executablePath!, headless: true, args: flags });
  }, 60_000);

  afterAll(() => browser?.close());

  /** Opens a page from disk and collects all that should not happen. */
  const open = async (path: string, javaScriptEnabled = true): Promise<{ page: Page; troubles: string[] }> => {
    const page = await browser.newPage({ javaScriptEnabled, viewport: { width: 1200, height: 900 } });
    const troubles: string[] = [];
    const address = pathToFileURL(path).href;
    page.on('console', (message) => troubles.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => troubles.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => {
      troubles.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (request.url() !== address) troubles.push(`request: ${request.url()}`);
    });
    await page.goto(address);
    return { page, troubles };
  };

  const visiblePictures = async (page: Page): Promise<number> => {
    const boxes = await Promise.all((await page.locator('figure svg').all()).map((picture) => picture.boundingBox()));
    return boxes.filter((box) => box !== null && box.width > 300 && box.height > 100).length;
  };

  it.each([true, false])('shows the pictures of a run, scripts: %s; no error, no request', async (scripts) => {
    const { page, troubles } = await open(run, scripts);
    expect(await visiblePictures(page)).toBe(5);
    expect(await page.locator('h1').textContent()).toBe(evil);
    expect(await page.locator('table').count()).toBe(3);
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('shows what a point is when the pointer comes near', async () => {
    const { page, troubles } = await open(run);
    const mark = page.locator('#accuracy-by-bytes [aria-roledescription="point"]').nth(4);
    await mark.scrollIntoViewIfNeeded();
    const box = (await mark.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2 + 3, box.y + box.height / 2);
    const lines = await page.locator('#tip div').allTextContents();
    expect(lines).toEqual([evil, 'round 5', expect.stringMatching(/^accuracy/), expect.stringMatching(/on the wire$/)]);
    await page.mouse.move(2, 2);
    expect(await page.locator('#tip').isVisible()).toBe(false);
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('shows front, bands and table of a sweep', async () => {
    const { page, troubles } = await open(sweep);
    expect(await visiblePictures(page)).toBe(6);
    expect(await page.locator('#pareto-front text', { hasText: 'stc 1/25' }).last().isVisible()).toBe(true);
    expect(await page.locator('table').first().locator('tbody tr').count()).toBe(6);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('shows the pictures of a compressed model, and what a bar and a point are', async () => {
    const { page, troubles } = await open(compressed);
    expect(await visiblePictures(page)).toBe(6);
    expect(await page.locator('h1').textContent()).toBe(`${evil}: the model, compressed`);
    expect(await page.locator('table').count()).toBe(2);
    const lineOf = async (mark: Locator): Promise<string> => {
      await mark.scrollIntoViewIfNeeded();
      const box = (await mark.boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      return (await page.locator('#tip div').allTextContents()).join(' | ');
    };
    const point = page.locator('#accuracy-by-size [aria-roledescription="point"]').first();
    expect(await lineOf(point)).toMatch(/^original \| accuracy 97\.00 % \| [\d.]+ kB stored, [\d.]+×$/);
    const bar = page.locator('#layer-sizes [aria-roledescription="bar"]').nth(4);
    expect(await lineOf(bar)).toMatch(/^hidden \| before, float32: 18\.6 kB$/);
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(troubles).toEqual([]);
    await page.close();
  });
});
