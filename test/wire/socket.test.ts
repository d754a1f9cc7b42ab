import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { connectOptions, messageBytes, mostMessageBytes } from '../../shared/wire/socket.js';

test('a model of more than 100 MiB arrives in one message', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const sent = new Uint8Array(101 * 2 ** 20);
  sent[sent.length - 1] = 7;
  server.on('connection', (socket) => socket.send(sent));
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const socket = new WebSocket(url, connectOptions(url));
  try {
    const [data] = (await once(socket, 'message')) as [Buffer];
    const bytes = messageBytes(data);
    expect(bytes.length).toBe(sent.length);
    expect(bytes[bytes.length - 1]).toBe(7);
  } finally {
    socket.terminate();
    server.close();
  }
});

test('the largest message is what a 32-bit length holds', () => {
  expect(mostMessageBytes).toBe(0x7fffffff);
});
