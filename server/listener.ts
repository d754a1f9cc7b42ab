import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { CodedError } from '../shared/util/errors.js';
import { clientPath, hostPath, subprotocol } from '../shared/wire/identity.js';
import { wireOptions } from '../shared/wire/socket.js';

/** Called for each connection, with the raw TCP socket whose counters say what really crossed it. */
export type ConnectionHandler = (connection: WebSocket, socket: Socket) => void;

/** The greatest message of a client and of a host, in bytes. */
export interface MessageLimits {
  readonly client: number;
  readonly host: number;
}

export interface ListenOptions {
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
  /** Known once the model is; connections that come before wait for it. */
  readonly limits: Promise<MessageLimits>;
  readonly onClient: ConnectionHandler;
  readonly onHost: ConnectionHandler;
}

export interface Listener {
  readonly port: number;
  /** `ws://ADDRESS:PORT` */
  readonly url: string;
  close(): Promise<void>;
}

const acceptor = (maxPayload: number): WebSocketServer =>
  new WebSocketServer({
    ...wireOptions,
    noServer: true,
    clientTracking: false,
    maxPayload,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });

const reject = (socket: Socket, status: string): void => {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
};

const offersProtocol = (request: IncomingMessage): boolean =>
  String(request.headers['sec-websocket-protocol'] ?? '')
    .split(',')
    .some((name) => name.trim() === subprotocol);

const portError = (error: NodeJS.ErrnoException, { address, port }: ListenOptions): CodedError =>
  error.code === 'EADDRINUSE'
    ? new CodedError('server/port-in-use', `The port ${port} on ${address} is in use.`, {
        hint: 'Choose another with --port, or 0 for any free one.',
        cause: error,
      })
    : new CodedError('server/cannot-listen', `Can't listen on ${address}:${port}: ${error.message}.`, { cause: error });

/**
 * Accepts client connections on `/client` and host connections on `/host`.
 * @throws CodedError `server/port-in-use`, `server/cannot-listen`
 */
export const listen = async (options: ListenOptions): Promise<Listener> => {
  const handlers = new Map([
    [clientPath, options.onClient],
    [hostPath, options.onHost],
  ]);
  const acceptors = options.limits.then(
    ({ client, host }) =>
      new Map([clientPath, hostPath].map((path) => [path, acceptor(path === hostPath ? host : client)])),
  );
  // Without limits there is no run; who awaits them hears why.
  acceptors.catch(() => undefined);
  const server = createServer((_request, response) => {
    response.writeHead(426, { Connection: 'close' }).end('fedsqueeze speaks WebSocket here\n');
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('upgrade', (request, duplex, head) => {
    const socket = duplex as Socket;
    const path = URL.canParse(request.url ?? '', 'ws://localhost')
      ? new URL(request.url ?? '', 'ws://localhost').pathname
      : '';
    const handler = handlers.get(path);
    if (handler === undefined) return reject(socket, '404 Not Found');
    if (!offersProtocol(request)) return reject(socket, '400 Bad Request');
    acceptors.then(
      (webSockets) =>
        webSockets.get(path)!.handleUpgrade(request, socket, head, (connection) => {
          // An error is always followed by a close; who waits for the connection hears of it there.
          connection.on('error', () => undefined);
          handler(connection, socket);
        }),
      () => reject(socket, '503 Service Unavailable'),
    );
  });
  await new Promise<void>((resolve, rejectListen) => {
    server.once('error', (error) => rejectListen(portError(error, options)));
    server.listen(options.port, options.address, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const host = options.address.includes(':') ? `[${options.address}]` : options.address;
  return {
    port,
    url: `ws://${host}:${port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
