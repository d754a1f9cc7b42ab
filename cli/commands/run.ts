import type { CommandModule } from 'yargs';
import {
  runArguments,
  scenarioArguments,
  settingsOf,
  type RunArguments,
  type ScenarioArguments,
} from '../run-arguments.js';

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
    const { runOne } = await import('../run-one.js');
    process.exitCode = await runOne({ file, settings: settingsOf(rest), out, hosts, verbose, report, port });
  },
};
