import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cli } from './support/cli.js';
import { processesOf } from './support/processes.js';
import { makeWorkspace } from './support/workspace.js';

const workspace = makeWorkspace();

const damaged = (): string => {
  const folder = join(workspace.folder, 'damaged');
  mkdirSync(folder);
  for (const name of readdirSync(workspace.data)) {
    const bytes = readFileSync(join(workspace.data, name));
    writeFileSync(join(folder, name), name.includes('train-images') ? bytes.subarray(0, 5000) : bytes);
  }
  return folder;
};

const mnist = { dataset: { name: 'mnist', partition: 'iid' } };
const cases: [string, string[], Record<string, unknown>, string][] = [
  ['a misspelt key', [], { modle: 'mlp' }, 'model'],
  ['no bits', [], { uplink: { stages: [{ quantize: { bits: 0 } }] } }, 'bits'],
  ['not a number', ['--set', 'uplink.stages=[{topk: {fraction: .nan}}]'], {}, 'fraction'],
  ['more clients than images', [], { ...mnist, clients: { total: 200_000, perRound: 10 } }, '60000 examples'],
  ['a truncated IDX file', [], { dataset: { name: 'idx', folder: '@damaged' } }, 'train-images'],
  ['a missing folder', [], { dataset: { name: 'idx', folder: '/nowhere' } }, '/nowhere'],
  ['zero hosts', ['--hosts', '0'], {}, '--hosts'],
  ['zero clients a round', [], { clients: { total: 20, perRound: 0 } }, 'perRound'],
  ['another engine version', [], { engineVersion: '0.0.1 slow' }, '0.0.1 slow'],
  ['an impossible order', [], { uplink: { stages: ['golomb', { topk: 0.1 }] } }, 'golomb'],
];

describe('wrong input ends with one short paragraph and exit code 2', () => {
  test.each(cases)('%s', async (name, args, changes, says) => {
    const text = JSON.stringify(changes);
    const resolved = text.includes('@damaged') ? text.replace('@damaged', damaged()) : text;
    const file = workspace.scenario(name.replaceAll(' ', '-'), JSON.parse(resolved) as Record<string, unknown>);
    const folder = workspace.fresh('input');
    const hosts = args.includes('--hosts') ? [] : ['--hosts', '1'];
    const marker = `${workspace.marker}/${name}`;
    const { code, stderr } = await cli(['run', file, '--no-report', '--out', folder, ...hosts, ...args], {
      marker,
    });
    expect(code, stderr).toBe(2);
    expect(stderr).toContain(says);
    expect(stderr).toMatch(/\[[a-z]+\/[a-z-]+\]/);
    expect(stderr).not.toMatch(/\n\s+at |Unexpected/);
    expect(processesOf(marker)).toEqual([]);
    expect(existsSync(join(folder, 'summary.json'))).toBe(false);
  });

  test.each([
    [['run', 'no-such.yaml'], 'no-such.yaml'],
    [['fly'], 'fly'],
    [['run'], 'scenario'],
    [['resume', '/nowhere'], '/nowhere'],
    [['report', '/nowhere'], '/nowhere'],
    [['join', 'nothing'], 'ws://'],
  ])('%j', async (args, says) => {
    const { code, stderr } = await cli(args, { marker: workspace.marker });
    expect(code, stderr).toBe(2);
    expect(stderr).toContain(says);
    expect(stderr).not.toMatch(/\n\s+at |Unexpected/);
  });
});

test('a port in use is named, with exit code 1', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const file = workspace.scenario('port');
  const { code, stderr } = await cli(
    ['run', file, '--hosts', '1', '--port', String(port), '--out', workspace.fresh('port')],
    {
      marker: workspace.marker,
    },
  );
  server.close();
  expect(code).toBe(1);
  expect(stderr).toContain(`The port ${port}`);
  expect(stderr).toContain('[server/port-in-use]');
});

test('a folder that has something is never overwritten', async () => {
  const folder = workspace.fresh('mine');
  mkdirSync(folder);
  writeFileSync(join(folder, 'thesis.tex'), 'years of work');
  const { code, stderr } = await cli(['run', workspace.scenario('mine'), '--hosts', '1', '--out', folder], {
    marker: workspace.marker,
  });
  expect(code).toBe(2);
  expect(stderr).toContain('[run/folder-in-use]');
  expect(readdirSync(folder)).toEqual(['thesis.tex']);
});
