import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

/** The decoder of test/python, which shares nothing with this project but the documented format. */
const script = fileURLToPath(new URL('../python/decode.py', import.meta.url));
const vectors = fileURLToPath(new URL('../vectors/payloads.json', import.meta.url));
const python = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0);
if (python === undefined) process.stderr.write('No Python here: no independent decoder reads the payloads.\n');

const decode = (file: string) => spawnSync(python!, ['-B', script, file], { encoding: 'utf8' });

describe.skipIf(python === undefined)('an independent decoder in Python', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fedsqueeze-python-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('gives the same floats to the bit for every payload but Brotli’s', () => {
    const { status, stdout, stderr } = decode(vectors);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^(\d+) of \1 payloads decoded to the bit\n$/);
    expect(status).toBe(0);
  });

  test('sees a payload that says something else', () => {
    const golden = JSON.parse(readFileSync(vectors, 'utf8')) as { cases: { name: string; payload: string }[] };
    const [first] = golden.cases;
    first.payload = `${first.payload.slice(0, -2)}${first.payload.endsWith('00') ? '01' : '00'}`;
    const damaged = join(folder, 'damaged.json');
    writeFileSync(damaged, JSON.stringify({ ...golden, cases: [first] }));
    const { status, stdout } = decode(damaged);
    expect(status).toBe(1);
    expect(stdout).toContain(first.name);
  });
});
