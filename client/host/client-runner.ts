import { requirePublicSet } from '../../shared/data/public-set.js';
import type { ClientState } from '../../shared/method/method.js';
import { CodedError } from '../../shared/util/errors.js';
import { endsConnection } from '../../shared/wire/drops.js';
import type { HeaderOf } from '../../shared/wire/messages.js';
import type { HeldModel } from '../held-model.js';
import { localRound, type LocalResult, type Workplace } from '../local-round.js';
import { ClientConnection, type ClientAddress, type ReceivedTask } from '../session.js';
import { bytesOfState, decodeState, encodeState, type StateFolder } from './state-files.js';

/** What clients of one network share in a host. */
export interface Place {
  readonly workplace: Workplace;
  readonly held: HeldModel;
}

export interface ClientRunnerOptions {
  readonly placeOf: (client: number) => Place;
  /** The states' folder; null where it is not shared, so that states travel over the control connection. */
  readonly states: StateFolder | null;
  /** Tells the coordinator what only a simulation knows of an update. */
  readonly report: (header: HeaderOf<'report'>, parts: readonly Uint8Array[]) => void;
  readonly address: Omit<ClientAddress, 'client'>;
  readonly onError: (client: number, error: unknown) => void;
}

/** A client's call to a round. */
interface Woken {
  readonly wake: HeaderOf<'wake'>;
  /** The client's committed state, where the folder is not shared. */
  readonly state?: Uint8Array;
  /** Resolves when it is called to a later round. */
  readonly replaced: Promise<void>;
  replace(): void;
}

/** Plays the clients of a host: each wakes, connects if it has to, and does its round. */
export class ClientRunner {
  private readonly options: ClientRunnerOptions;
  private readonly connections = new Map<number, ClientConnection>();
  private readonly newest = new Map<number, Woken>();
  /** Each client's last round, over or not: it does one after the other. */
  private readonly rounds = new Map<number, Promise<void>>();
  /** The public examples as they came the last time. */
  private publicPayload: Uint8Array | null = null;

  constructor(options: ClientRunnerOptions) {
    this.options = options;
  }

  /**
   * Starts one client's round; an error ends this client's round and no other's.
   * @param state the client's committed state, where the folder is not shared
   */
  wake(wake: HeaderOf<'wake'>, state?: Uint8Array): void {
    const { client } = wake;
    this.newest.get(client)?.replace();
    let replace = (): void => undefined;
    const replaced = new Promise<void>((resolve) => {
      replace = resolve;
    });
    const woken = { wake, ...(state === undefined ? {} : { state }), replaced, replace };
    this.newest.set(client, woken);
    const before = this.rounds.get(client) ?? Promise.resolve();
    const round = before
      .then(() => this.round(woken))
      .catch((error: unknown) => {
        this.connections.get(client)?.close();
        this.connections.delete(client);
        this.options.onError(client, error);
      })
      .finally(() => {
        if (this.rounds.get(client) === round) this.rounds.delete(client);
      });
    this.rounds.set(client, round);
  }

  /** What woke a client for a round: it may still be on its way, on another connection than the task. */
  private async wokenFor(client: number, round: number): Promise<Woken> {
    for (;;) {
      const newest = this.newest.get(client);
      if (newest === undefined || newest.wake.round > round) {
        throw new CodedError('client/disconnected', `Nobody waits for round ${round} of client ${client} any more.`);
      }
      if (newest.wake.round === round) return newest;
      await newest.replaced;
    }
  }

  private async connection(client: number, holds: number | null): Promise<ClientConnection> {
    const open = this.connections.get(client);
    if (open?.isOpen) return open;
    const fresh = await ClientConnection.open({ ...this.options.address, client }, holds);
    this.connections.set(client, fresh);
    return fresh;
  }

  private async round({ wake: { client, round: wanted, holds } }: Woken): Promise<void> {
    // A client that hung hears late of rounds that went on without it.
    if (this.newest.get(client)?.wake.round !== wanted) return;
    const connection = await this.connection(client, holds);
    const task = await connection.task();
    const { wake, state } = await this.wokenFor(client, task.header.round);
    this.newest.delete(client);
    try {
      const result = await this.train(wake, task, state);
      const { round } = task.header;
      connection.sendUpdate({ round, samples: result.samples, loss: result.loss }, result.payloads);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      connection.sendFailure({ round: task.header.round, code: error.code });
      this.options.onError(client, error);
    }
    const { reason } = await connection.ack();
    const { connections } = this.options.placeOf(client).workplace.prepared.scenario;
    if (connections === 'round' || (reason !== undefined && endsConnection(reason))) {
      connection.close();
      this.connections.delete(client);
    }
  }

  /** The round itself; what the client will keep is staged before its update leaves. */
  private async train(
    wake: HeaderOf<'wake'>,
    { header, parts }: ReceivedTask,
    sentState: Uint8Array | undefined,
  ): Promise<LocalResult> {
    const { client, holds } = wake;
    const { workplace, held } = this.options.placeOf(client);
    const model = held.apply(header, this.modelParts(client, header, parts), holds);
    const state = await this.stateOf(wake, sentState);
    const { round, levels } = header;
    const hints = levels === undefined ? {} : { levels };
    const result = await localRound(workplace, { round, client, model, state, hints });
    this.reportOn(result, client, round);
    return result;
  }

  /** A task's parts without the public examples, which come last at first contact. @throws CodedError `client/bad-public-set` */
  private modelParts(
    client: number,
    { publicExamples }: HeaderOf<'task'>,
    parts: readonly Uint8Array[],
  ): readonly Uint8Array[] {
    if (publicExamples === undefined) return parts;
    const { publicSet } = this.options.placeOf(client).workplace.prepared;
    const payload = parts.at(-1);
    if (publicSet === null || publicSet.count !== publicExamples || payload === undefined) {
      throw new CodedError('client/bad-public-set', `A task brought ${publicExamples} public examples.`);
    }
    // All clients of a host are sent the same bytes.
    if (this.publicPayload === null || Buffer.compare(payload, this.publicPayload) !== 0) {
      requirePublicSet(payload, publicSet);
      this.publicPayload = payload.slice();
    }
    return parts.slice(0, -1);
  }

  private layoutIdOf(client: number): string {
    return this.options.placeOf(client).workplace.prepared.network.layout.id;
  }

  private async stateOf({ client, state }: HeaderOf<'wake'>, sent: Uint8Array | undefined): Promise<ClientState> {
    if (state === null) return {};
    const { states } = this.options;
    if (sent === undefined && states !== null) return states.load(client, state, this.layoutIdOf(client));
    return decodeState(sent ?? new Uint8Array(0), client, this.layoutIdOf(client));
  }

  private reportOn({ state, measures }: LocalResult, client: number, round: number): void {
    const staged = Object.keys(state).length > 0;
    const parts: Uint8Array[] = [Buffer.from(JSON.stringify(measures))];
    if (staged) {
      const { states } = this.options;
      if (states === null) parts.push(encodeState(state, client, round, this.layoutIdOf(client)));
      else states.stage(client, round, state, this.layoutIdOf(client));
    }
    this.options.report({ round, client, staged, stateBytes: bytesOfState(state) }, parts);
  }
}
