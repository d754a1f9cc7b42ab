import { pino } from 'pino';
import { CodedError, messageOf } from '../../shared/util/errors.js';
import { packageVersion } from '../../shared/util/version.js';
import { runHost } from './host.js';

/*
 * A host process of the `run` command. It carries many clients, and leaves when its coordinator goes: the control
 * connection closes with it.
 */
const { FEDSQUEEZE_URL: url = '', FEDSQUEEZE_TOKEN: token = '', FEDSQUEEZE_HOST: name = 'host' } = process.env;
const log = pino({ name }, pino.destination({ fd: 2, sync: true }));

// The terminal sends Ctrl-C to every process; the coordinator says when to leave.
process.on('SIGINT', () => undefined);

try {
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
