import type { CommandModule } from 'yargs';
import { scenarioArguments, type ScenarioArguments } from '../run-arguments.js';

interface Arguments extends ScenarioArguments {
  json: boolean;
}

export const checkCommand: CommandModule<object, Arguments> = {
  command: 'check <scenario>',
  describe: 'validate a scenario and say what it would run',
  builder: (yargs) =>
    scenarioArguments(yargs)
      .option('json', { type: 'boolean', default: false, describe: 'print JSON, with the resolved scenario' })
      .example('$0 check scenarios/quickstart.yaml', 'clients, samples, parameters, FLOPs, bytes a round')
      .example('$0 check scenarios/stc.yaml --set clients.total=1000', 'before a run with other values')
      .example('$0 check scenarios/bandwidth-vs-accuracy.yaml', 'every point of a sweep'),
  handler: async ({ scenario: file, set, json }) => {
    const { loadScenario } = await import('../../shared/scenario/load.js');
    const { planOf } = await import('../plan.js');
    const plan = await planOf(await loadScenario(file, { set }));
    const { formatPlan } = await import('../format-plan.js');
    console.log(json ? JSON.stringify(plan, null, 2) : formatPlan(plan));
  },
};
