import type { CommandModule } from 'yargs';

interface Arguments {
  folder: string;
  pipeline: string;
  set: string[];
  out: string | undefined;
  report: boolean;
}

export const compressCommand: CommandModule<object, Arguments> = {
  command: 'compress <folder>',
  describe: 'make a run’s model smaller: prune, quantize, distil, search',
  builder: (yargs) =>
    yargs
      .positional('folder', { type: 'string', demandOption: true, describe: 'folder of a run that is done' })
      .option('pipeline', {
        type: 'string',
        demandOption: true,
        describe: 'file with the steps, applied one after the other',
      })
      .option('set', {
        type: 'string',
        array: true,
        default: [],
        describe: 'PATH=VALUE in the pipeline, as in steps.0.magnitude.sparsity=0.95',
      })
      .option('out', { type: 'string', describe: 'folder of the results; by default compressed in the run’s folder' })
      .option('report', {
        type: 'boolean',
        default: true,
        describe: 'a page and pictures at the end; --no-report leaves them out',
      })
      .example('$0 compress runs/fedavg --pipeline scenarios/pipelines/prune.yaml', 'a table, model.onnx, pictures')
      .example('$0 list compression', 'all steps with their options'),
  handler: async ({ folder, pipeline, set, out, report }) => {
    const { compressRun } = await import('../compress-run.js');
    await compressRun({ folder, pipeline, settings: set, out, report });
  },
};
