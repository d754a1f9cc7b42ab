import type { CommandModule } from 'yargs';

interface Arguments {
  folder: string;
  hosts?: number;
  verbose: boolean;
  report: boolean;
}

export const resumeCommand: CommandModule<object, Arguments> = {
  command: 'resume <folder>',
  describe: 'go on with a run or sweep that was interrupted',
  builder: (yargs) =>
    yargs
      .positional('folder', { type: 'string', demandOption: true, describe: 'folder of a run or sweep' })
      .option('hosts', { type: 'number', describe: 'host processes; one a core by default' })
      .option('report', { type: 'boolean', default: true, describe: 'write report.html and the plots at the end' })
      .option('verbose', { type: 'boolean', default: false, describe: 'more on what happens, and stack traces' })
      .example('$0 resume runs/quickstart', 'to the same model as without the interruption') as never,
  handler: async ({ folder, hosts, verbose, report }) => {
    const { resumeFolder } = await import('../resume-folder.js');
    process.exitCode = await resumeFolder(folder, { hosts, verbose, report });
  },
};
