import type { Argv } from 'yargs';

export interface ScenarioArguments {
  scenario: string;
  set: string[];
}

/** The scenario file and its settings, as most commands take them. */
export const scenarioArguments = <T>(yargs: Argv<T>): Argv<T & ScenarioArguments> =>
  yargs.positional('scenario', { type: 'string', demandOption: true, describe: 'scenario file (YAML)' }).option('set', {
    type: 'string',
    array: true,
    // Each --set takes one setting, so that a file may follow it.
    nargs: 1,
    default: [] as string[],
    describe: 'change a value of the scenario, as path=value; may be given again',
  }) as unknown as Argv<T & ScenarioArguments>;

export interface RunArguments {
  out?: string;
  hosts?: number;
  engine?: 'auto' | 'onnx' | 'tfjs';
  verbose: boolean;
  report: boolean;
}

export const runArguments = <T>(yargs: Argv<T>): Argv<T & RunArguments> =>
  yargs
    .option('out', { type: 'string', describe: 'folder for the results; runs/NAME by default' })
    .option('hosts', { type: 'number', describe: 'host processes; one a core by default' })
    .option('engine', { choices: ['auto', 'onnx', 'tfjs'] as const, describe: 'what trains' })
    .option('report', { type: 'boolean', default: true, describe: 'write report.html and the plots at the end' })
    .option('verbose', {
      type: 'boolean',
      default: false,
      describe: 'more on what happens, and stack traces',
    }) as unknown as Argv<T & RunArguments>;

/** The settings of --set and of options that are short for one. */
export const settingsOf = ({ set, engine }: { set: string[]; engine?: string }): string[] =>
  engine === undefined ? set : [...set, `engine=${engine}`, 'engineVersion=null'];
