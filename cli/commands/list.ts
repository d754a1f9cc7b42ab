import type { CommandModule } from 'yargs';

interface Arguments {
  kind: string | undefined;
  json: boolean;
}

const kinds = [
  'datasets',
  'partitions',
  'models',
  'layers',
  'optimizers',
  'losses',
  'schedules',
  'methods',
  'aggregations',
  'feedback',
  'stages',
  'presets',
  'compression',
  'during',
];

export const listCommand: CommandModule<object, Arguments> = {
  command: 'list [kind]',
  describe: 'list what a scenario can name; of one kind, with all options',
  builder: (yargs) =>
    yargs
      .positional('kind', { type: 'string', choices: kinds, describe: 'what to list; everything when left out' })
      .option('json', { type: 'boolean', default: false, describe: 'print JSON, with the options' })
      .example('$0 list', 'everything, a line each')
      .example('$0 list stages', 'sparsifiers, quantizers and entropy coders: options, bits, bias, paper')
      .example('$0 list layers', 'what a network of your own can have')
      .example('$0 list presets', 'named codings for uplink and downlink')
      .example('$0 list compression', 'steps of model compression: pruning, quantization, distillation'),
  handler: async ({ kind, json }) => {
    const { catalogue } = await import('../catalogue.js');
    const { formatCatalogue, formatDetails } = await import('../format-catalogue.js');
    const chosen = kind === undefined ? Object.keys(catalogue) : [kind];
    const listed = Object.fromEntries(chosen.map((name) => [name, catalogue[name]()]));
    if (json) console.log(JSON.stringify(listed, null, 2));
    else if (kind !== undefined) console.log(formatDetails(listed[kind]));
    else console.log(`${formatCatalogue(listed)}\n\n\`fedsqueeze list KIND\`, as in list stages, has the options.`);
  },
};
