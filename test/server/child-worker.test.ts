import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { ChildWorker } from '../../server/child-worker.js';
import { refusal } from '../support/refusal.js';

/** Answers later requests sooner; says an error or ends when it is told to. */
const program = `
let setup;
process.on('message', ({ setup: given, id, request }) => {
  if (given !== undefined) return void (setup = given);
  if (request.end !== undefined) process.exit(request.end);
  if (request.error !== undefined) return void process.send({ error: request.error });
  setTimeout(() => process.send({ id, result: { setup, twice: request.numbers.map((n) => 2 * n) } }), request.wait);
});
process.on('disconnect', () => process.exit(0));
`;

interface Request {
  readonly numbers?: Float32Array;
  readonly wait?: number;
  readonly end?: number;
  readonly error?: string;
}

const folder = mkdtempSync(join(tmpdir(), 'fedsqueeze-worker-'));
const file = join(folder, 'program.mjs');
writeFileSync(file, program);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = () =>
  new ChildWorker<string, Request, { setup: string; twice: Float32Array }>(
    pathToFileURL(file),
    'the setup',
    'distillation/failed',
  );

test('each request gets its own answer, in whatever order they come', async () => {
  const worker = open();
  const waits = [60, 30, 0];
  const answers = await Promise.all(waits.map((wait, i) => worker.ask({ numbers: Float32Array.of(i, 0.5), wait })));
  expect(answers).toEqual(waits.map((_, i) => ({ setup: 'the setup', twice: Float32Array.of(2 * i, 1) })));
  worker.close();
});

test.each([
  ['says an error', { error: 'the loss became NaN' }, 'the loss became NaN'],
  ['ends', { end: 3 }, 'ended with code 3'],
])('a process that %s fails what is under way and what comes later', async (_what, request, words) => {
  const worker = open();
  const waiting = worker.ask({ numbers: Float32Array.of(1), wait: 10_000 });
  const failing = worker.ask(request);
  for (const ask of [() => waiting, () => failing, () => worker.ask({ numbers: Float32Array.of(1), wait: 0 })]) {
    expect((await refusal('distillation/failed', ask)).message).toContain(words);
  }
  worker.close();
});

test('a worker that was never asked has no process to end', () => {
  expect(() => open().close()).not.toThrow();
});
