import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { orAborted } from '../shared/util/abort.js';
import { CodedError } from '../shared/util/errors.js';
import { clientToken, sameToken } from '../shared/wire/identity.js';
import { decodeMessage, type HeaderOf } from '../shared/wire/messages.js';
import { makeInbox, type Inbox } from '../shared/wire/socket.js';

/** Bytes that crossed a client's TCP socket, seen from the client: up to the coordinator, down to the client. */
export interface WireBytes {
  readonly up: number;
  readonly down: number;
}

/** One connection of one client. */
export class ClientSession {
  readonly client: number;
  /** The version of the model that the client said it holds. */
  readonly holds: number | null;
  private readonly connection: WebSocket;
  private readonly socket: Socket;
  private readonly inbox: Inbox;
  private taken: WireBytes = { up: 0, down: 0 };

  constructor(hello: HeaderOf<'hello'>, connection: WebSocket, socket: Socket, inbox: Inbox) {
    this.client = hello.client;
    this.holds = hello.holds;
    this.connection = connection;
    this.socket = socket;
    this.inbox = inbox;
  }

  get isOpen(): boolean {
    return this.connection.readyState === this.connection.OPEN;
  }

  /** The bytes since the last call, framing, handshake and all. */
  takeBytes(): WireBytes {
    const now = { up: this.socket.bytesRead, down: this.socket.bytesWritten };
    const bytes = { up: now.up - this.taken.up, down: now.down - this.taken.down };
    this.taken = now;
    return bytes;
  }

  send(message: Uint8Array): void {
    this.connection.send(message);
  }

  next(signal: AbortSignal): Promise<Uint8Array> {
    return this.inbox.next(signal);
  }

  /** Resolves when the connection is gone. @param late what happens when it still is there after a second */
  private async gone(late: (resolve: () => void) => void): Promise<void> {
    if (this.connection.readyState === this.connection.CLOSED) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(late, 1000, resolve);
      this.connection.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Resolves when the connection is gone, an orderly close within a second or else a cut. */
  close(code = 1000): Promise<void> {
    const gone = this.gone(() => this.connection.terminate());
    this.connection.close(code);
    return gone;
  }

  /** Resolves when the peer has closed, at the latest after a second. */
  closedByPeer(): Promise<void> {
    return this.gone((resolve) => resolve());
  }
}

/** The clients' connections: who is connected, and who is waited for. */
export class ClientSessions {
  private readonly open = new Map<number, ClientSession>();
  /** Closed by the coordinator in the middle of the run. */
  private readonly left: ClientSession[] = [];
  private readonly awaited = new Map<number, (session: ClientSession) => void>();
  private readonly runId: string;
  private readonly runToken: string;
  private readonly clients: number;
  private readonly helloSeconds: number;

  /**
   * @param clients of the run: numbers below are theirs
   * @param helloSeconds real seconds that a new connection has for its first message. A host that trains another client
   * says nothing meanwhile, so this is no less than what a client has for its answer
   */
  constructor(runId: string, runToken: string, clients: number, helloSeconds: number) {
    this.runId = runId;
    this.runToken = runToken;
    this.clients = clients;
    this.helloSeconds = helloSeconds;
  }

  /** The handler for new connections on `/client`: the first message says who it is, and proves it. */
  readonly accept = (connection: WebSocket, socket: Socket): void => {
    const inbox = makeInbox(connection, () => new CodedError('client/disconnected', 'The connection ended.'));
    const timeout = AbortSignal.timeout(this.helloSeconds * 1000);
    inbox
      .next(timeout)
      .then((bytes) => {
        const { header } = decodeMessage(bytes, ['hello']);
        this.verify(header);
        this.admit(new ClientSession(header, connection, socket, inbox));
      })
      .catch((error: unknown) => connection.close(1008, error instanceof CodedError ? error.code : 'hello/timeout'));
  };

  private verify({ run, client, token }: HeaderOf<'hello'>): void {
    if (run !== this.runId || client >= this.clients || !sameToken(token, clientToken(this.runToken, client))) {
      throw new CodedError('wire/unauthorized', `A connection claims to be client ${client} of run ${run}.`);
    }
  }

  /** A client connects when it is woken: one that comes later, when its turn is over, waits for the next. */
  private admit(session: ClientSession): void {
    const arrived = this.awaited.get(session.client);
    if (arrived === undefined) {
      this.leave(session, 1008);
      return;
    }
    const before = this.open.get(session.client);
    if (before !== undefined) this.leave(before, 1008);
    this.open.set(session.client, session);
    arrived(session);
  }

  /** The client's open connection, if it has one. */
  get(client: number): ClientSession | undefined {
    const session = this.open.get(client);
    return session?.isOpen ? session : undefined;
  }

  /** The client's next connection. */
  async connected(client: number, signal: AbortSignal): Promise<ClientSession> {
    const session = this.get(client);
    if (session !== undefined) return session;
    const arrival = new Promise<ClientSession>((resolve) => this.awaited.set(client, resolve));
    try {
      return await orAborted(arrival, signal);
    } finally {
      this.awaited.delete(client);
    }
  }

  forget(session: ClientSession): void {
    if (this.open.get(session.client) === session) this.open.delete(session.client);
  }

  /** Closes a connection for good. */
  leave(session: ClientSession, code: number): void {
    this.forget(session);
    this.left.push(session);
    void session.close(code);
  }

  /** Closes every connection. @returns the bytes since each was last counted, closing included */
  async closeAll(): Promise<WireBytes> {
    const sessions = [...this.open.values(), ...this.left.splice(0)];
    this.open.clear();
    await Promise.all(sessions.map((session) => session.close()));
    const left = sessions.map((session) => session.takeBytes());
    return { up: left.reduce((sum, { up }) => sum + up, 0), down: left.reduce((sum, { down }) => sum + down, 0) };
  }
}
