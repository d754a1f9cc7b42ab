import type { CommandModule } from 'yargs';
import {
  runArguments,
  scenarioArguments,
  settingsOf,
  type RunArguments,
  type ScenarioArguments,
} from '../run-arguments.js';

export const sweepCommand: CommandModule<object, ScenarioArguments & RunArguments> = {
  command: 'sweep <scenario>',
  describe: 'run every point of a scenario’s sweep, then report on all of them',
  builder: (yargs) =>
    runArguments(scenarioArguments(yargs))
      .example('$0 sweep scenarios/bandwidth-vs-accuracy.yaml', 'codecs against float32, three seeds each')
      .example('$0 resume runs/bandwidth-vs-accuracy', 'go on with a sweep that was interrupted'),
  handler: async ({ scenario, out, hosts, verbose, report, ...rest }) => {
    const [{ runSweep }, { checkHosts }] = await Promise.all([import('../run-sweep.js'), import('../run-one.js')]);
    checkHosts(hosts);
    process.exitCode = await runSweep(scenario, settingsOf(rest), out, { hosts, verbose, report });
  },
};
