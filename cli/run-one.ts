import type { HostProcesses } from '../client/host/processes.js';
import { loadScenario } from '../shared/scenario/load.js';
import { locatingModel } from '../shared/scenario/locate-model.js';
import { CodedError } from '../shared/util/errors.js';
import { defaultHosts } from './default-hosts.js';
import { newFolder } from './folders.js';
import { runToEnd } from './run-to-end.js';
import { StatusLine } from './status.js';

export interface RunOneOptions {
  readonly file: string;
  readonly settings: readonly string[];
  readonly out: string | undefined;
  readonly hosts: number | undefined;
  readonly verbose: boolean;
  readonly report: boolean;
  readonly port: number;
  /** Hosts that are loading already: as many as asked for, or one a core. */
  readonly processes?: HostProcesses;
}

/** The most hosts that a machine is asked to start. */
const mostHosts = 256;

const checkWhole = (option: string, value: number, least: number, most: number): void => {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new CodedError('argument/invalid', `${option} is ${Number.isNaN(value) ? 'no number' : value}.`, {
    hint: `It takes a whole number from ${least} to ${most}.`,
  });
};

/** @throws CodedError `argument/invalid` */
export const checkHosts = (hosts: number | undefined): void => {
  if (hosts !== undefined) checkWhole('--hosts', hosts, 1, mostHosts);
};

/** @throws CodedError `argument/invalid` */
export const checkPort = (port: number): void => checkWhole('--port', port, 0, 65535);

/** The `run` command. @returns the exit code */
export const runOne = async ({
  file,
  settings,
  out,
  hosts: asked,
  verbose,
  report,
  port,
  processes,
}: RunOneOptions): Promise<number> => {
  checkHosts(asked);
  checkPort(port);
  const loaded = await loadScenario(file, { set: [...settings] });
  const { scenario, sweep } = loaded;
  const folder = await newFolder(out, scenario.name);
  const hosts = asked ?? defaultHosts(scenario);
  processes?.keep(hosts);
  const status = new StatusLine();
  if (sweep !== null) {
    status.note(`${file} has a sweep; this runs its base scenario. \`fedsqueeze sweep ${file}\` runs every point.`);
  }
  status.note(
    `running ${scenario.name}: ${scenario.rounds} rounds, ${scenario.clients.perRound} of ${scenario.clients.total} clients a round`,
  );
  return locatingModel(loaded, () =>
    runToEnd({
      scenario,
      folder,
      resume: false,
      hosts,
      ...(processes === undefined ? {} : { processes }),
      status,
      verbose,
      report,
      port,
      started: 0,
    }),
  );
};
