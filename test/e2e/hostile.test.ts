import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { cli, start } from './support/cli.js';
import { memoryOf } from './support/processes.js';
import { summaryOf } from './support/run-folder.js';
import { makeWorkspace, sparseBothWays } from './support/workspace.js';

const workspace = makeWorkspace();
const { marker } = workspace;

/** Sends a message on a new connection. @returns why the coordinator closed it */
const closedWith = (url: string, message: Uint8Array, protocol = 'fedsqueeze.1'): Promise<string> =>
  new Promise((resolve) => {
    const socket = new WebSocket(url, protocol);
    socket.on('error', (error) => resolve(error.message));
    socket.on('close', (code, reason) => resolve(`${code} ${reason.toString()}`));
    socket.on('open', () => socket.send(message));
  });

const frame = (type: number, header: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(8 + header.length);
  bytes.set([0x46, 0x51, 1, type, header.length & 255, (header.length >> 8) & 255, 0, 0]);
  bytes.set(header, 8);
  return bytes;
};

test('hostile peers are closed with a reason, reserve no memory, and change nothing', async () => {
  const scenario = workspace.scenario('hostile', { ...sparseBothWays, rounds: 6 });
  const [calm, folder] = [workspace.fresh('calm'), workspace.fresh('hostile')];
  expect((await cli(['run', scenario, '--no-report', '--hosts', '1', '--out', calm], { marker })).code).toBe(0);

  const coordinator = start(['serve', scenario, '--port', '0', '--no-report', '--out', folder], {
    marker,
    env: { NODE_OPTIONS: '--max-old-space-size=512' },
  });
  const [, port, token] = await coordinator.says(/join ws:\/\/127\.0\.0\.1:(\d+) --token (\S+)/);
  const url = `ws://127.0.0.1:${port}`;
  const nested = new Uint8Array(72_000).fill(0x91);
  // The first round of messages brings code and buffers into memory that stays.
  await closedWith(`${url}/client`, frame(1, Uint8Array.of(0x80)));
  const before = memoryOf(coordinator.pid);

  for (const path of ['/client', '/host']) {
    expect(await closedWith(`${url}${path}`, Buffer.from('GET / HTTP/1.1'))).toBe('1008 wire/bad-magic');
    expect(await closedWith(`${url}${path}`, frame(1, Uint8Array.of(0xdd, 0xff, 0xff, 0xff, 0xff)))).toBe(
      '1008 wire/bad-header',
    );
    expect(await closedWith(`${url}${path}`, frame(1, nested))).toMatch(/^1008 wire\/bad-(header|length)$|^1009/);
    expect(await closedWith(`${url}${path}`, frame(99, Uint8Array.of(0x80)))).toBe('1008 wire/bad-type');
  }
  expect(await closedWith(`${url}/client`, frame(1, Uint8Array.of(0x80)))).toBe('1008 wire/bad-field');
  expect(await closedWith(`${url}/client`, new Uint8Array(2 ** 22))).toMatch(/^1009/);
  expect(await closedWith(`${url}/nowhere`, Buffer.of(1))).toContain('404');
  expect(await closedWith(`${url}/client`, Buffer.of(1), 'chat')).toContain('400');
  expect(memoryOf(coordinator.pid) - before).toBeLessThan(20e6);

  // A connection that says nothing, and an upgrade that never ends, stay open while the run goes on.
  const silent = new WebSocket(`${url}/client`, 'fedsqueeze.1');
  silent.on('error', () => undefined);
  const slow = connect(Number(port), '127.0.0.1', () => slow.write('GET /client HTTP/1.1\r\nHost: x\r\n'));
  slow.on('error', () => undefined);

  const stranger = await cli(['join', url, '--token', 'f'.repeat(32)], { marker });
  expect(stranger.code).not.toBe(0);
  expect(stranger.stderr).toContain('wire/unauthorized');

  const host = start(['join', url, '--token', token], { marker });
  const ended = await coordinator.ended;
  silent.terminate();
  slow.destroy();
  expect(ended.code, ended.stderr).toBe(0);
  await host.ended;
  expect(summaryOf(folder).modelHash).toBe(summaryOf(calm).modelHash);
});
