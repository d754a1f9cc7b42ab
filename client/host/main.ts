import { createInterface } from 'node:readline';
import { pino } from 'pino';
import { CodedError, messageOf } from '../../shared/util/errors.js';
import { collectAtLimits } from '../../shared/util/garbage.js';
import { packageVersion } from '../../shared/util/version.js';
import { runHost } from './host.js';
import type { HostAddress } from './processes.js';

/*
 * A host process of the `run` command: its first line of input says where its coordinator is. It carries many clients,
 * and leaves when its coordinator goes: the control connection, or the input before it, ends with it.
 */
const { FEDSQUEEZE_HOST: name = 'host' } = process.env;
const log = pino({ name }, pino.destination({ fd: 2, sync: true }));

// The terminal sends Ctrl-C to every process, and others end a whole group; the coordinator says when to leave.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
collectAtLimits();

const readAddress = async (): Promise<HostAddress> => {
  for await (const line of createInterface({ input: process.stdin })) return JSON.parse(line) as HostAddress;
  return process.exit(0);
};

try {
  const { url, token } = await readAddress();
  await runHost({
    url,
    token,
    name,
    local: true,
    version: packageVersion,
    onReady: (engine, reason) => log.info({ engine: engine.name, version: engine.version, reason }, 'ready'),
    onClientError: (client, error) =>
      log.warn({ client, code: error instanceof CodedError ? error.code : null }, messageOf(error)),
  });
  process.exit(0);
} catch (error) {
  const gone = error instanceof CodedError && error.code === 'host/lost';
  if (!gone) log.error(messageOf(error));
  process.exit(gone ? 0 : 1);
}
