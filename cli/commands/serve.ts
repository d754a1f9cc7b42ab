import type { CommandModule } from 'yargs';
import { scenarioArguments, settingsOf, type ScenarioArguments } from '../run-arguments.js';

interface Arguments extends ScenarioArguments {
  out?: string;
  hosts: number;
  port: number;
  address: string;
  token?: string;
  verbose: boolean;
  report: boolean;
}

export const serveCommand: CommandModule<object, Arguments> = {
  command: 'serve <scenario>',
  describe: 'run a coordinator alone; hosts on other machines join it',
  builder: (yargs) =>
    scenarioArguments(yargs)
      .option('hosts', { type: 'number', default: 1, describe: 'hosts that the first round waits for' })
      .option('port', { type: 'number', default: 7700, describe: 'port that hosts and clients connect to' })
      .option('address', { type: 'string', default: '127.0.0.1', describe: 'address to listen on; 0.0.0.0: all' })
      .option('token', {
        type: 'string',
        describe: 'secret that hosts need; random by default (also FEDSQUEEZE_TOKEN)',
      })
      .option('out', { type: 'string', describe: 'folder for the results; runs/NAME by default' })
      .option('report', { type: 'boolean', default: true, describe: 'write report.html and the plots at the end' })
      .option('verbose', { type: 'boolean', default: false, describe: 'more on what happens, and stack traces' })
      .example('$0 serve scenarios/stc.yaml --hosts 2 --address 0.0.0.0', 'wait for two machines, then run') as never,
  handler: async ({ scenario, hosts, port, address, token, out, verbose, report, ...rest }) => {
    const { serveScenario } = await import('../serve-scenario.js');
    process.exitCode = await serveScenario({
      file: scenario,
      settings: settingsOf(rest),
      hosts,
      port,
      address,
      token: token ?? process.env['FEDSQUEEZE_TOKEN'],
      out,
      verbose,
      report,
    });
  },
};
