import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface CountedConnection {
  /** Path of the HTTP request that opened it: `/client` or `/host`. */
  path: string;
  /** Bytes from the connecting side. */
  up: number;
  /** Bytes to the connecting side. */
  down: number;
}

export interface CountingProxy {
  readonly port: number;
  readonly connections: readonly CountedConnection[];
  close(): Promise<void>;
}

/** Passes every byte on and counts it: what really crossed the wire, seen by someone else. */
export const countingProxy = async (target: number): Promise<CountingProxy> => {
  const connections: CountedConnection[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const counted: CountedConnection = { path: '', up: 0, down: 0 };
    connections.push(counted);
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
    }
    near.once('data', (first: Buffer) => {
      counted.path = /^GET (\S+)/.exec(first.toString('latin1'))?.[1] ?? '';
    });
    near.on('data', (bytes: Buffer) => {
      counted.up += bytes.length;
      far.write(bytes);
    });
    far.on('data', (bytes: Buffer) => {
      counted.down += bytes.length;
      near.write(bytes);
    });
    near.on('close', () => far.end());
    far.on('close', () => near.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
