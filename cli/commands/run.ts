import { availableParallelism } from 'node:os';
import type { CommandModule } from 'yargs';
import {
  runArguments,
  scenarioArguments,
  settingsOf,
  type RunArguments,
  type ScenarioArguments,
} from '../run-arguments.js';

/** Hosts to start before the scenario is read; what it doesn't need leaves again. A wrong number is refused later. */
const startedHosts = (asked: number | undefined): number => {
  const count = asked ?? availableParallelism();
  return Number.isInteger(count) && count >= 1 && count <= 256 ? count : 0;
};

type Arguments = ScenarioArguments & RunArguments & { port: number };

export const runCommand: CommandModule<object, Arguments> = {
  command: 'run <scenario>',
  describe: 'run one scenario: a coordinator here, its hosts as child processes',
  builder: (yargs) =>
    runArguments(scenarioArguments(yargs))
      .option('port', { type: 'number', default: 0, describe: 'port on this machine; 0: any free one' })
      .example('$0 run scenarios/quickstart.yaml', 'MNIST with 100 clients, in half a minute')
      .example('$0 run scenarios/stc.yaml --set seed=7 --out runs/stc-7', 'another seed, a folder of your own')
      .example('$0 run scenarios/8bit.yaml --set uplink.stages.0.quantize.bits=4', 'another codec'),
  handler: async ({ scenario: file, out, hosts, verbose, report, port, ...rest }) => {
    // The hosts load while this process does.
    const { HostProcesses } = await import('../../client/host/processes.js');
    const processes = new HostProcesses(startedHosts(hosts));
    try {
      const { runOne } = await import('../run-one.js');
      const settings = settingsOf(rest);
      process.exitCode = await runOne({ file, settings, out, hosts, verbose, report, port, processes });
    } finally {
      await processes.stop();
    }
  },
};
