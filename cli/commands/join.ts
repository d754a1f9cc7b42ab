import { hostname } from 'node:os';
import type { CommandModule } from 'yargs';

interface Arguments {
  url: string;
  token?: string;
  name: string;
  data?: string;
}

export const joinCommand: CommandModule<object, Arguments> = {
  command: 'join <url>',
  describe: 'run a host on this machine for a coordinator elsewhere',
  builder: (yargs) =>
    yargs
      .positional('url', { type: 'string', demandOption: true, describe: 'what `serve` printed: ws://HOST:PORT' })
      .option('token', { type: 'string', describe: 'the secret that `serve` printed (also FEDSQUEEZE_TOKEN)' })
      .option('name', { type: 'string', default: hostname(), describe: 'name of this host in logs' })
      .option('data', { type: 'string', describe: 'folder of the dataset on this machine, where it differs' })
      .example('$0 join ws://192.0.2.7:7700 --token 0123…', 'start one for each core of the machine') as never,
  handler: async ({ url, token, name, data }) => {
    const { joinCoordinator } = await import('../join-coordinator.js');
    await joinCoordinator({ url, token: token ?? process.env['FEDSQUEEZE_TOKEN'], name, data });
  },
};
