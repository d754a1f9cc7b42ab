import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { orAborted } from '../shared/util/abort.js';
import { CodedError } from '../shared/util/errors.js';
import { sameToken } from '../shared/wire/identity.js';
import { decodeMessage, encodeMessage, type HeaderOf } from '../shared/wire/messages.js';
import { makeInbox, type Inbox } from '../shared/wire/socket.js';

/** Clients that a host has at once: one trains while the next one's task is on its way. */
const clientsAtOnce = 2;

/** What every host must have computed for itself, and equal. */
export interface Fingerprint {
  readonly dataHash: string;
  readonly partitionHash: string;
  readonly engine: string;
}

/** A host's control connection. */
export class HostSession {
  readonly name: string;
  /** Whether the host shares this machine's disk, so that client states are files for both. */
  readonly local: boolean;
  /** The newest model version that the host has certainly built, −1 for none. */
  version = -1;
  /** All versions that it has certainly built; it may have forgotten old ones. */
  readonly built = new Set<number>();
  /** Clients being served there. */
  readonly serving = new Set<number>();
  private readonly ending = new AbortController();
  private readonly connection: WebSocket;

  constructor({ name, local }: HeaderOf<'join'>, connection: WebSocket) {
    this.name = name;
    this.local = local;
    this.connection = connection;
  }

  send(message: Uint8Array): void {
    this.connection.send(message);
  }

  close(): void {
    this.connection.close(1000);
  }

  /** Aborts when the host is gone: clients that it has not yet connected will say nothing. */
  get gone(): AbortSignal {
    return this.ending.signal;
  }

  /** Ends the wait for its clients. */
  lose(): void {
    this.ending.abort(new CodedError('client/disconnected', `The host ${this.name} is gone.`));
  }

  /** It was sent the model on this connection, or a client there has answered a task that led to it. */
  hasBuilt(version: number): void {
    this.version = Math.max(this.version, version);
    this.built.add(version);
  }

  /**
   * A client's task may not have come there, and with it not the links that it had: the host is sent the model with the
   * next client that holds one.
   */
  forgetModels(): void {
    this.version = -1;
    this.built.clear();
  }
}

export interface HostPoolOptions {
  readonly version: string;
  readonly runId: string;
  readonly runToken: string;
  /** What hosts need to know of the experiment: the resolved scenario as UTF-8 text. */
  readonly scenario: Uint8Array;
  readonly stateFolder: string;
  readonly fingerprint: Promise<Fingerprint>;
  /** What a host says of a client's update: how it was coded, and what the client keeps. */
  readonly onReport: (report: HeaderOf<'report'>, parts: readonly Uint8Array[]) => void;
  /** A host that is gone while it was needed. */
  readonly onLost: (host: HostSession) => void;
  /**
   * A connection that can't take part. `isOurs` says that it is a host of this machine with the run's token: without it the
   * run can't go on. Anyone else may try and is only turned away.
   */
  readonly onRefused: (error: CodedError, isOurs: boolean) => void;
}

/** The hosts, and which of them serves which client. */
export class HostPool {
  private readonly hosts: HostSession[] = [];
  private readonly waiting: (() => void)[] = [];
  private readonly options: HostPoolOptions;
  private stopping = false;
  /** Bytes on closed control connections. */
  private closedBytes = 0;
  private readonly sockets = new Set<Socket>();

  constructor(options: HostPoolOptions) {
    this.options = options;
    // Each host that joins awaits it and hears of the error.
    options.fingerprint.catch(() => undefined);
  }

  /** Bytes on all control connections, both ways: what only a simulation sends. */
  get controlBytes(): number {
    return [...this.sockets].reduce((sum, socket) => sum + socket.bytesRead + socket.bytesWritten, this.closedBytes);
  }

  /** The handler for new connections on `/host`. */
  readonly accept = (connection: WebSocket, socket: Socket): void => {
    this.sockets.add(socket);
    const inbox = makeInbox(connection, () => new CodedError('host/lost', 'The host’s connection ended.'));
    const joined = { isOurs: false };
    this.serve(connection, inbox, joined)
      .catch((error: unknown) => {
        const coded =
          error instanceof CodedError ? error : new CodedError('host/lost', 'A host failed.', { cause: error });
        if (coded.code === 'host/lost') return;
        connection.send(encodeMessage('stop', { code: coded.code, message: coded.describe().slice(0, 2048) }));
        connection.close(1008, coded.code);
        this.options.onRefused(coded, joined.isOurs);
      })
      .finally(() => {
        this.sockets.delete(socket);
        this.closedBytes += socket.bytesRead + socket.bytesWritten;
      });
  };

  private async serve(connection: WebSocket, inbox: Inbox, joined: { isOurs: boolean }): Promise<void> {
    const { runId, runToken, stateFolder, scenario, version } = this.options;
    const { header: join } = decodeMessage(await inbox.next(AbortSignal.timeout(10_000)), ['join']);
    if (!sameToken(join.token, runToken)) {
      throw new CodedError('wire/unauthorized', 'A host tried to join without the token of this run.');
    }
    joined.isOurs = join.local;
    if (join.version !== version) {
      throw new CodedError('wire/mismatch', `The host has version ${join.version}, the coordinator ${version}.`, {
        hint: 'Install the same version on both.',
      });
    }
    const host = new HostSession(join, connection);
    host.send(encodeMessage('assign', { run: runId, stateFolder: join.local ? stateFolder : null }, [scenario]));
    const ready = decodeMessage(await inbox.next(), ['ready', 'refuse']);
    if (ready.name === 'refuse') {
      throw new CodedError('host/refused', `The host ${join.name} can't take part: ${ready.header.message}`);
    }
    this.compare(join.name, ready.header, await this.options.fingerprint);
    await this.listenTo(host, inbox);
  }

  private compare(name: string, theirs: HeaderOf<'ready'>, expected: Fingerprint): void {
    for (const [field, ours] of Object.entries(expected)) {
      const value = theirs[field as keyof Fingerprint];
      if (value !== ours) {
        throw new CodedError('wire/mismatch', `The host ${name} has ${field} ${value}, the coordinator ${ours}.`, {
          hint: 'All hosts must train on the same data with the same engine: its version and form too.',
        });
      }
    }
  }

  private async listenTo(host: HostSession, inbox: Inbox): Promise<void> {
    this.hosts.push(host);
    this.wake();
    try {
      for (;;) {
        const { header, parts } = decodeMessage(await inbox.next(), ['report']);
        this.options.onReport(header, parts);
      }
    } finally {
      this.hosts.splice(this.hosts.indexOf(host), 1);
      host.lose();
      if (!this.stopping) this.options.onLost(host);
    }
  }

  private wake(): void {
    for (const resume of this.waiting.splice(0)) resume();
  }

  /** Resolves once there are that many hosts. */
  async atLeast(count: number, signal: AbortSignal): Promise<void> {
    while (this.hosts.length < count) await this.change(signal);
  }

  private async change(signal: AbortSignal): Promise<void> {
    await orAborted(new Promise<void>((resolve) => this.waiting.push(resolve)), signal);
  }

  /**
   * The host for a client: the one where it is connected if that has room, otherwise the least busy. Which one it is
   * never changes a result.
   */
  async acquire(client: number, preferred: HostSession | undefined, signal: AbortSignal): Promise<HostSession> {
    for (;;) {
      const free = this.hosts.filter(({ serving }) => serving.size < clientsAtOnce);
      const [least] = free.toSorted((a, b) => a.serving.size - b.serving.size);
      const host = preferred !== undefined && free.includes(preferred) ? preferred : least;
      if (host !== undefined) {
        host.serving.add(client);
        return host;
      }
      await this.change(signal);
    }
  }

  release(host: HostSession, client: number): void {
    host.serving.delete(client);
    this.wake();
  }

  /** Tells every host to leave. */
  stop(): void {
    this.stopping = true;
    for (const host of this.hosts) {
      host.send(encodeMessage('stop', {}));
      host.close();
    }
  }
}
