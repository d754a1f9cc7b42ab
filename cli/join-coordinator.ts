import { runHost } from '../client/host/host.js';
import { CodedError, messageOf } from '../shared/util/errors.js';
import { collectAtLimits } from '../shared/util/garbage.js';
import { packageVersion } from '../shared/util/version.js';

export interface JoinOptions {
  readonly url: string;
  readonly token: string | undefined;
  readonly name: string;
  readonly data: string | undefined;
}

const checkUrl = (text: string): string => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'ws:' && url.protocol !== 'wss:')) {
    throw new CodedError('argument/invalid', `'${text}' is no WebSocket address.`, {
      hint: 'It looks like ws://HOST:PORT.',
    });
  }
  return `${url.protocol}//${url.host}`;
};

/** The `join` command: runs until the coordinator says stop. */
export const joinCoordinator = async ({ url, token, name, data }: JoinOptions): Promise<void> => {
  const address = checkUrl(url);
  if (token === undefined || token === '') {
    throw new CodedError('argument/invalid', 'A token is needed.', {
      hint: 'Copy it from what `fedsqueeze serve` printed.',
    });
  }
  collectAtLimits();
  await runHost({
    url: address,
    token,
    name: name.slice(0, 64),
    local: false,
    version: packageVersion,
    ...(data === undefined ? {} : { dataFolder: data }),
    onReady: (engine, reason) => console.log(`ready: engine ${engine.name} ${engine.version} (${reason})`),
    onClientError: (client, error) => console.error(`client ${client}: ${messageOf(error)}`),
  });
  console.log('the coordinator is done');
};
