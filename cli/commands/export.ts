import type { CommandModule } from 'yargs';

interface Arguments {
  folder: string;
  out: string | undefined;
}

export const exportCommand: CommandModule<object, Arguments> = {
  command: 'export <folder>',
  describe: 'write a run’s model as an ONNX file that other tools read',
  builder: (yargs) =>
    yargs
      .positional('folder', { type: 'string', demandOption: true, describe: 'folder of a run that is done' })
      .option('out', { type: 'string', describe: 'the file; by default model.onnx in the run’s folder' })
      .example('$0 export runs/quickstart', 'runs/quickstart/model.onnx')
      .example('$0 export runs/quickstart --out mnist.onnx', 'another place'),
  handler: async ({ folder, out }) => {
    const { exportModel } = await import('../export-model.js');
    console.log(await exportModel(folder, out));
  },
};
