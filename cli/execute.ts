import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';
import { HostProcesses } from '../client/host/processes.js';
import { runFederation } from '../server/coordinator.js';
import type { Progress } from '../server/journal.js';
import type { HostSource } from '../server/services.js';
import type { Summary } from '../shared/runlog/records.js';
import type { Scenario } from '../shared/scenario/scenario.js';
import { collectAtLimits } from '../shared/util/garbage.js';
import { holdFolder } from './hold-folder.js';
import type { StatusLine } from './status.js';

export interface ExecuteOptions {
  readonly scenario: Scenario;
  readonly folder: string;
  readonly resume: boolean;
  readonly hosts: number;
  readonly abort: AbortSignal;
  readonly status: StatusLine;
  readonly verbose: boolean;
  readonly port?: number;
  readonly address?: string;
  readonly token?: string;
  /** Host processes that were started already; new ones are when this and `source` are left out. */
  readonly processes?: HostProcesses;
  /** Where hosts come from, if not from processes here. */
  readonly source?: HostSource;
  readonly started?: number;
}

const logRound = (log: Logger, { round, accuracy, trainLoss, dropped }: Progress): void => {
  log.info({ round, accuracy, trainLoss }, 'round');
  for (const { client, reason } of dropped) log.warn({ round, client, reason }, 'client dropped');
};

/** Drops of one round in words, for a person who watches. */
const dropNote = ({ round, dropped }: Progress): string | null => {
  if (dropped.length === 0) return null;
  const reasons = [...new Set(dropped.map(({ reason }) => reason))];
  const clients = dropped.slice(0, 5).map(({ client }) => client);
  return `round ${round}: dropped ${dropped.length === 1 ? 'client' : 'clients'} ${clients.join(', ')}${dropped.length > 5 ? '…' : ''} (${reasons.join(', ')})`;
};

/** Runs one scenario with its hosts, shows its progress, and keeps `run.log` for people in its folder. */
export const execute = async (options: ExecuteOptions): Promise<Summary> => {
  collectAtLimits();
  const { scenario, folder, hosts, status, abort } = options;
  mkdirSync(folder, { recursive: true });
  const release = await holdFolder(folder);
  const logFile = openSync(join(folder, 'run.log'), 'a');
  const log = pino({ name: 'coordinator' }, pino.destination({ fd: logFile, sync: true }));
  const failed = new AbortController();
  let gone = 0;
  // Started at once, so that they load while the coordinator does.
  const processes = options.source === undefined ? (options.processes ?? new HostProcesses(hosts)) : null;
  const children: HostSource = {
    start: (address) => {
      processes?.connect(address, {
        onLog: (text) => writeSync(logFile, text),
        onGone: (name, code) => {
          log.error({ host: name, code }, 'host gone');
          status.note(`${name} is gone (exit code ${code}); see ${join(folder, 'run.log')}`);
          if (++gone === hosts) failed.abort();
        },
      });
      return { stop: async () => processes?.stop() };
    },
  };
  log.info({ scenario: scenario.name, hosts, resume: options.resume }, 'start');
  try {
    const summary = await runFederation({
      ...options,
      localHosts: options.source === undefined ? hosts : 0,
      source: options.source ?? children,
      allHostsGone: failed.signal,
      onProgress: (progress) => {
        logRound(log, progress);
        const note = dropNote(progress);
        if (note !== null && options.verbose) status.note(note);
        status.update(progress);
      },
      onNotice: (text) => {
        log.info(text);
        if (options.verbose) status.note(text);
      },
    });
    log.info({ exit: summary.exit, accuracy: summary.accuracy }, 'end');
    return summary;
  } catch (error) {
    if (!abort.aborted) log.error(error, 'failed');
    throw error;
  } finally {
    status.clear();
    // Where the run did not come so far as to stop them.
    await processes?.stop();
    closeSync(logFile);
    release();
  }
};
