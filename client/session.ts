import { WebSocket } from 'ws';
import { CodedError } from '../shared/util/errors.js';
import { clientPath, clientToken, subprotocol } from '../shared/wire/identity.js';
import { decodeMessage, encodeMessage, type HeaderOf } from '../shared/wire/messages.js';
import { connectOptions, makeInbox, type Inbox } from '../shared/wire/socket.js';

/** Who a client is and where its coordinator is. */
export interface ClientAddress {
  /** `ws://HOST:PORT` */
  readonly url: string;
  readonly run: string;
  readonly runToken: string;
  readonly client: number;
}

export interface ReceivedTask {
  readonly header: HeaderOf<'task'>;
  readonly parts: readonly Uint8Array[];
}

/** A connection of one simulated client: it carries what a real device would send and receive, nothing else. */
export class ClientConnection {
  private readonly connection: WebSocket;
  private readonly inbox: Inbox;

  private constructor(connection: WebSocket, inbox: Inbox) {
    this.connection = connection;
    this.inbox = inbox;
  }

  /** Connects and says who it is and which version of the model it holds. */
  static async open({ url, run, runToken, client }: ClientAddress, holds: number | null): Promise<ClientConnection> {
    const connection = new WebSocket(`${url}${clientPath}`, subprotocol, connectOptions(url));
    const inbox = makeInbox(
      connection,
      () => new CodedError('client/disconnected', 'The coordinator closed the connection.'),
    );
    await new Promise<void>((resolve, reject) => {
      connection.once('open', () => resolve());
      connection.once('error', (cause) =>
        reject(new CodedError('client/disconnected', `Client ${client} can't connect.`, { cause })),
      );
    });
    connection.on('error', () => undefined);
    connection.send(encodeMessage('hello', { run, client, token: clientToken(runToken, client), holds }));
    return new ClientConnection(connection, inbox);
  }

  get isOpen(): boolean {
    return this.connection.readyState === WebSocket.OPEN;
  }

  async task(): Promise<ReceivedTask> {
    return decodeMessage(await this.inbox.next(), ['task']);
  }

  sendUpdate(header: HeaderOf<'update'>, payloads: readonly Uint8Array[]): void {
    this.connection.send(encodeMessage('update', header, payloads));
  }

  sendFailure(header: HeaderOf<'failed'>): void {
    this.connection.send(encodeMessage('failed', header));
  }

  async ack(): Promise<HeaderOf<'ack'>> {
    return decodeMessage(await this.inbox.next(), ['ack']).header;
  }

  close(): void {
    this.connection.close(1000);
  }
}
