import type { HostSource } from '../server/services.js';
import { loadScenario } from '../shared/scenario/load.js';
import { locatingModel } from '../shared/scenario/locate-model.js';
import { newFolder } from './folders.js';
import { checkHosts, checkPort, type RunOneOptions } from './run-one.js';
import { runToEnd } from './run-to-end.js';
import { StatusLine } from './status.js';

export interface ServeOptions extends RunOneOptions {
  readonly hosts: number;
  readonly address: string;
  readonly token: string | undefined;
}

/** Nothing is started: the address and the token are printed for those who join. */
const announced = (status: StatusLine, { hosts, address }: ServeOptions): HostSource => ({
  start: ({ port, token }) => {
    const name = address === '0.0.0.0' || address === '::' ? 'THIS-MACHINE' : address;
    status.note(`waiting for ${hosts} ${hosts === 1 ? 'host' : 'hosts'}; on each machine run`);
    status.note(`  fedsqueeze join ws://${name}:${port} --token ${token}`);
    return { stop: async () => undefined };
  },
});

/** The `serve` command. @returns the exit code */
export const serveScenario = async (options: ServeOptions): Promise<number> => {
  const { file, settings, hosts, port, address, token, out, verbose, report } = options;
  checkHosts(hosts);
  checkPort(port);
  const loaded = await loadScenario(file, { set: [...settings] });
  const { scenario } = loaded;
  const folder = await newFolder(out, scenario.name);
  const status = new StatusLine();
  return locatingModel(loaded, () =>
    runToEnd({
      scenario,
      folder,
      resume: false,
      hosts,
      status,
      verbose,
      report,
      port,
      address,
      ...(token === undefined ? {} : { token }),
      source: announced(status, options),
    }),
  );
};
