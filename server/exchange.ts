import type { Measures } from '../shared/codec/codec.js';
import { encodeModel } from '../shared/params/model-file.js';
import type { Parameters } from '../shared/params/parameters.js';
import { clientSeconds, profileOf } from '../shared/network/link.js';
import { clientFlops } from '../shared/scenario/client-flops.js';
import type { Prepared } from '../shared/scenario/prepare.js';
import { deadline } from '../shared/util/deadline.js';
import { CodedError } from '../shared/util/errors.js';
import { decodeMessage, encodeMessage, type HeaderOf } from '../shared/wire/messages.js';
import { Deliveries } from './deliveries.js';
import type { Delivery, Downlink } from './downlink.js';
import type { HostPool, HostSession } from './hosts.js';
import { Introduction } from './introduction.js';
import type { Reports } from './reports.js';
import type { ClientSession, ClientSessions } from './sessions.js';
import type { StateStore } from './state-store.js';

/** An update as it came, still coded. */
export interface CodedUpdate {
  readonly samples: number;
  readonly loss: number;
  readonly payloads: readonly Uint8Array[];
  readonly measures: readonly Measures[];
  readonly messageBytes: number;
  /** Whether the client has staged a state. */
  readonly staged: boolean;
  /** What the client keeps from now on. */
  readonly stateBytes: number;
}

/** What a client is to do. */
export interface Order {
  readonly round: number;
  readonly client: number;
  /** Levels above zero of the client's quantizer; null where they don't adapt. */
  readonly levels: number | null;
}

/** What became of one client's task. */
export interface Arrival {
  readonly client: number;
  readonly session: ClientSession | null;
  /** The task that reached the client, and its message's size. */
  readonly delivery: (Delivery & { readonly messageBytes: number }) | null;
  /** Simulated seconds from the round's start to the update; null without a network. */
  readonly seconds: number | null;
  readonly update: CodedUpdate | null;
  /** Why there is no update, or why it doesn't count: a code. */
  readonly dropped: string | null;
  /** Bytes of connecting again a client that was connected before. */
  readonly reconnectBytes: number;
}

export interface ExchangeOptions {
  readonly prepared: Prepared;
  readonly downlink: Downlink;
  readonly hosts: HostPool;
  readonly sessions: ClientSessions;
  readonly reports: Reports;
  readonly states: StateStore;
  /** The version that each client holds, by client: what simulated devices have in their storage. */
  readonly holds: Map<number, number>;
}

/** Serves single clients: wakes, sends the task, awaits the update. */
export class Exchange {
  private readonly options: ExchangeOptions;
  /** Where each client is connected. */
  private readonly places = new Map<number, HostSession>();
  private readonly introduction: Introduction;
  private readonly deliveries: Deliveries;
  private tasks: { readonly round: number; readonly messages: Map<Delivery, Map<number | null, Uint8Array>> } = {
    round: 0,
    messages: new Map(),
  };

  constructor(options: ExchangeOptions) {
    this.options = options;
    this.introduction = new Introduction(options.prepared);
    this.deliveries = new Deliveries(options.prepared, options.downlink);
  }

  /**
   * One client's part of a round. Whatever the client does ends in an arrival; only an abort of the run rejects.
   */
  async serve(order: Order, abort: AbortSignal): Promise<Arrival> {
    const { client } = order;
    const nothing = { client, session: null, delivery: null, seconds: null, update: null, reconnectBytes: 0 };
    if (this.options.prepared.partition.size(client) === 0) return { ...nothing, dropped: 'client/no-samples' };
    const host = await this.options.hosts.acquire(client, this.places.get(client), abort);
    const { watchdog } = this.options.prepared.scenario.round;
    const late = (): CodedError => new CodedError('client/watchdog', `No answer in ${watchdog} s.`);
    const limit = deadline([abort, host.gone], watchdog, late);
    try {
      return await this.converse(order, host, limit.signal, abort);
    } catch (error) {
      abort.throwIfAborted();
      if (!(error instanceof CodedError)) throw error;
      host.forgetModels();
      return { ...nothing, dropped: error.code };
    } finally {
      limit.cancel();
      this.options.hosts.release(host, client);
    }
  }

  /** @param signal of the watchdog and of the host's end, which end this client's part; `abort` ends the run */
  private async converse(order: Order, host: HostSession, signal: AbortSignal, abort: AbortSignal): Promise<Arrival> {
    const { round, client } = order;
    const { reports, holds } = this.options;
    reports.expect(round, client);
    const held = holds.get(client) ?? null;
    const delivery = await this.introduction.complete(this.deliveries.deliver(client, held), held);
    const { session, reconnectBytes } = await this.connect(round, client, host, delivery, signal);
    const task = this.taskMessage(order, delivery);
    session.send(task);
    const delivered = { client, session, delivery: { ...delivery, messageBytes: task.length }, reconnectBytes };
    try {
      const { update, failure } = await this.answer(round, client, session, signal);
      if (update !== null) host.hasBuilt(delivery.header.version);
      const seconds = this.seconds(client, delivery, update);
      return { ...delivered, update, seconds, dropped: failure ?? this.lateness(seconds) };
    } catch (error) {
      abort.throwIfAborted();
      if (!(error instanceof CodedError)) throw error;
      host.forgetModels();
      return { ...delivered, update: null, seconds: null, dropped: error.code };
    }
  }

  /** Ends a connection whose peer hangs or can't be trusted; what still crosses it is counted when the run ends. */
  leave(session: ClientSession, code: number): void {
    this.options.sessions.leave(session, code);
  }

  /** Called when all clients of a round are served: what is reported on it from now on comes too late. */
  closeRound(): void {
    this.options.reports.clear();
  }

  /** Clients that hold the same version and have as many levels are sent the same bytes, so these are made once a round. */
  private taskMessage({ round, levels }: Order, delivery: Delivery): Uint8Array {
    if (round !== this.tasks.round) this.tasks = { round, messages: new Map() };
    const messages = this.tasks.messages.get(delivery) ?? new Map<number | null, Uint8Array>();
    this.tasks.messages.set(delivery, messages);
    const known = messages.get(levels);
    if (known !== undefined) return known;
    const payloads = delivery.parts.map(({ payload }) => payload);
    const header = { round, ...delivery.header, ...(levels === null ? {} : { levels }) };
    const message = encodeMessage('task', header, payloads);
    messages.set(levels, message);
    return message;
  }

  /** The client's connection, on the given host: it is woken, and connects unless it is connected. */
  private async connect(round: number, client: number, host: HostSession, delivery: Delivery, signal: AbortSignal) {
    const { sessions, holds, states, prepared } = this.options;
    let session = sessions.get(client);
    if (session !== undefined && this.places.get(client) !== host) {
      sessions.leave(session, 1000);
      session = undefined;
    }
    const known = holds.get(client) ?? null;
    this.bringUpToDate(host, known, delivery);
    const wake = { round, client, holds: known, state: states.roundOf(client) };
    const state = host.local ? null : await states.get(client);
    host.send(encodeMessage('wake', wake, state === null ? [] : [state]));
    if (session !== undefined) return { session, reconnectBytes: 0 };
    const fresh = await sessions.connected(client, signal);
    // A host that was slow may say what an earlier wake told it; what counts there is the newest one.
    if (fresh.holds !== null && (known === null || fresh.holds > known)) {
      throw new CodedError('wire/bad-field', `Client ${client} claims to hold version ${fresh.holds}, not ${known}.`);
    }
    this.places.set(client, host);
    const again = known !== null && prepared.scenario.connections === 'persistent';
    const { up, down } = again ? fresh.takeBytes() : { up: 0, down: 0 };
    return { session: fresh, reconnectBytes: up + down };
  }

  /**
   * A host that is new, or had no client lately, gets the model that its devices have in their storage, where the task
   * builds on it: for a sum the very version that it is added to. What counts is what it certainly has: other clients' tasks may be on their way still.
   */
  private bringUpToDate(host: HostSession, held: number | null, { header }: Delivery): void {
    const { downlink } = this.options;
    const { version, model } = downlink;
    const send = (which: number, parameters: Parameters): void => {
      host.send(encodeMessage('model', { version: which }, [encodeModel(parameters)]));
      host.hasBuilt(which);
    };
    if (header.form === 'sum') {
      const base = held !== null && held > 0 && !host.built.has(held) ? downlink.modelAt(held) : null;
      if (base !== null) send(held!, base);
    } else if (header.base === 'held' && held !== null && held > host.version) {
      send(version, model);
    }
    for (const old of host.built) if (old <= version - downlink.versionsKept) host.built.delete(old);
  }

  private async answer(round: number, client: number, session: ClientSession, signal: AbortSignal) {
    const bytes = await session.next(signal);
    const { name, header, parts } = decodeMessage(bytes, ['update', 'failed']);
    if (header.round !== round)
      throw new CodedError('wire/bad-field', `An update of round ${header.round} in round ${round}.`);
    if (name === 'failed') return { update: null, failure: (header as HeaderOf<'failed'>).code };
    const { samples, loss } = header as HeaderOf<'update'>;
    const { partition, parts: expected } = this.options.prepared;
    if (samples !== partition.size(client)) {
      throw new CodedError(
        'wire/bad-field',
        `Client ${client} says that it has ${samples} samples, not ${partition.size(client)}.`,
      );
    }
    if (parts.length !== expected.up.length)
      throw new CodedError('wire/bad-length', `An update has ${parts.length} parts, not ${expected.up.length}.`);
    const report = await this.options.reports.take(round, client, signal);
    return { update: { samples, loss, payloads: parts, messageBytes: bytes.length, ...report }, failure: null };
  }

  private seconds(client: number, delivery: Delivery, update: CodedUpdate | null): number | null {
    const { scenario, partition } = this.options.prepared;
    if (scenario.network === null || update === null) return null;
    const flops = clientFlops(this.options.prepared, client, partition.size(client));
    const upBytes = update.payloads.reduce((sum, { length }) => sum + length, 0);
    return clientSeconds(profileOf(scenario.network, scenario.seed, client), {
      downBytes: delivery.payloadBytes,
      upBytes,
      flops,
    });
  }

  private lateness(seconds: number | null): string | null {
    const limit = this.options.prepared.scenario.round.deadline;
    return limit !== null && seconds !== null && seconds > limit ? 'client/late' : null;
  }
}
