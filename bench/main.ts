import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { textTable } from '../report/text-table.js';
import { CodedError } from '../shared/util/errors.js';
import { packageVersion } from '../shared/util/version.js';

/* `npm run bench [-- NAME…]` prints a table for each benchmark and writes its rows as JSON to bench-results/. */

type Row = Readonly<Record<string, unknown>>;

/** Rows, and what else its file says of them. */
interface Result {
  readonly rows: readonly object[];
  readonly about?: object;
}

const benches: Record<string, () => Promise<readonly object[] | Result>> = {
  engine: async () => (await import('./engine.js')).benchEngine(),
  codec: async () => (await import('./codec.js')).benchCodec(),
  round: async () => (await import('./round.js')).benchRound(),
  peers: async () => (await import('./peers.js')).benchPeers(),
};

const show = (value: unknown): string => {
  if (typeof value === 'number') return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
  return value === null || value === undefined ? '–' : String(value);
};

const table = (rows: readonly Row[]): string => {
  const names = Object.keys(rows[0]);
  const columns = names.map((title) => ({ title, isNumber: rows.some((row) => typeof row[title] === 'number') }));
  return textTable(
    columns,
    rows.map((row) => names.map((name) => show(row[name]))),
  );
};

/** Rows of workloads that were measured again take the place of the old ones; all others stay. */
const mergeRows = (path: string, fresh: readonly Row[]): readonly Row[] => {
  if (!existsSync(path)) return fresh;
  const { rows } = JSON.parse(readFileSync(path, 'utf8')) as { rows: readonly Row[] };
  const again = new Set(fresh.map(({ workload }) => workload));
  return [...rows.filter(({ workload }) => !again.has(workload)), ...fresh];
};

/** The widest vectors of an x86 processor, by which kernels are chosen; null where nobody says. */
const vectorsHere = (): string | null => {
  const path = '/proc/cpuinfo';
  const flags = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (/\bavx512f\b/.test(flags)) return 'AVX-512';
  return /\bavx2\b/.test(flags) ? 'AVX2' : null;
};

const runBench = async (name: string): Promise<void> => {
  const bench = benches[name];
  if (bench === undefined) {
    throw new CodedError('argument/unknown-name', `There is no benchmark '${name}'.`, {
      hint: `Known: ${Object.keys(benches).join(', ')}.`,
    });
  }
  const result = await bench();
  const { rows, about } = ('rows' in result ? result : { rows: result, about: {} }) as Result & {
    readonly rows: readonly Row[];
  };
  console.log(`\n${name}\n${table(rows)}`);
  const cpu = cpus()[0]?.model ?? 'unknown';
  const machine = { cpu, vectors: vectorsHere(), cores: availableParallelism(), node: process.version };
  mkdirSync('bench-results', { recursive: true });
  const path = join('bench-results', `${name}.json`);
  const kept = process.env['PEERS_ONLY'] !== undefined && name === 'peers' ? mergeRows(path, rows) : rows;
  writeFileSync(path, `${JSON.stringify({ fedsqueeze: packageVersion, ...machine, ...about, rows: kept }, null, 2)}\n`);
  console.log(`written to ${path}`);
};

try {
  const asked = process.argv.slice(2);
  // The peers take half an hour and a set-up: only where they are asked for.
  const usual = Object.keys(benches).filter((name) => name !== 'peers');
  for (const name of asked.length > 0 ? asked : usual) await runBench(name);
} catch (error) {
  if (!(error instanceof CodedError)) throw error;
  console.error(error.describe());
  process.exitCode = error.exitCode;
}
