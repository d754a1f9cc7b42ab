import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { listen, type Listener } from '../../server/listener.js';
import { ClientSessions } from '../../server/sessions.js';
import { clientPath, clientToken, subprotocol } from '../../shared/wire/identity.js';
import { encodeMessage } from '../../shared/wire/messages.js';

const [run, runToken] = ['run', 'f'.repeat(32)];

let listener: Listener | null = null;
afterEach(async () => {
  await listener?.close();
  listener = null;
});

const serve = async (helloSeconds: number): Promise<ClientSessions> => {
  const sessions = new ClientSessions(run, runToken, 10, helloSeconds);
  listener = await listen({
    address: '127.0.0.1',
    port: 0,
    limits: Promise.resolve({ client: 1e6, host: 1e6 }),
    onClient: sessions.accept,
    onHost: (connection) => connection.close(),
  });
  return sessions;
};

const connect = async (): Promise<WebSocket> => {
  const connection = new WebSocket(`${listener?.url}${clientPath}`, subprotocol);
  await new Promise((resolve) => connection.once('open', resolve));
  return connection;
};

const closeOf = (connection: WebSocket): Promise<string> =>
  new Promise((resolve) => connection.once('close', (code, reason) => resolve(`${code} ${reason.toString()}`)));

const hello = (client: number): Uint8Array =>
  encodeMessage('hello', { run, client, token: clientToken(runToken, client), holds: null });

const never = new AbortController().signal;

test('a connection that says nothing is closed after the time for a first message', async () => {
  await serve(0.05);
  expect(await closeOf(await connect())).toBe('1008 hello/timeout');
});

test('a client whose host was busy is admitted within that time', async () => {
  const sessions = await serve(60);
  const arrival = sessions.connected(3, never);
  const connection = await connect();
  await new Promise((resolve) => setTimeout(resolve, 150));
  connection.send(hello(3));
  expect(await arrival).toMatchObject({ client: 3, isOpen: true, holds: null });
});

test('a client that nobody waits for is sent away, and counted', async () => {
  const sessions = await serve(60);
  const connection = await connect();
  const closed = closeOf(connection);
  connection.send(hello(4));
  expect(await closed).toMatch(/^1008/);
  expect(sessions.get(4)).toBeUndefined();
  const { up, down } = await sessions.closeAll();
  expect(up).toBeGreaterThan(hello(4).length);
  expect(down).toBeGreaterThan(0);
});
