import type {
  Aggregation,
  PartSpec,
  ReceivedUpdate,
  ServerOutcome,
  ServerRound,
  ServerState,
} from '../shared/method/method.js';
import type { PublicLearner } from '../shared/method/public/learner.js';
import type { PartCoder } from '../shared/method/part-coder.js';
import type { ClientRecord, DirectionTotals } from '../shared/runlog/records.js';
import { addTotals, emptyTotals } from '../shared/runlog/totals.js';
import type { Prepared } from '../shared/scenario/prepare.js';
import { placeOf } from '../shared/scenario/sub-models.js';
import { CodedError } from '../shared/util/errors.js';
import { inOrder } from '../shared/util/in-order.js';
import { endsConnection, isMalformed } from '../shared/wire/drops.js';
import { encodeMessage } from '../shared/wire/messages.js';
import { sumMeasures } from './measures.js';
import type { Downlink } from './downlink.js';
import type { Arrival, CodedUpdate, Exchange } from './exchange.js';
import type { ClientSession } from './sessions.js';

/** What a round brought, before anything is committed. */
export interface RoundOutcome {
  /** The method's outcome; null when no update counted: the model keeps every bit. */
  readonly change: ServerOutcome | null;
  readonly reported: readonly number[];
  readonly dropped: readonly { client: number; reason: string }[];
  /** Clients that got their task: they hold the round's version now. */
  readonly delivered: readonly number[];
  /** The version of the model that the tasks led to. */
  readonly version: number;
  /** Clients whose update counted and who staged a state; all other staged states are to be discarded. */
  readonly staged: readonly number[];
  readonly trainLoss: number | null;
  readonly simulatedSeconds: number | null;
  readonly uplink: DirectionTotals;
  readonly downlink: DirectionTotals;
  readonly clients: readonly Omit<ClientRecord, 'v' | 'measured' | 'type'>[];
  readonly reconnectBytes: number;
}

export interface RoundOptions {
  readonly prepared: Prepared;
  readonly exchange: Exchange;
  readonly downlink: Downlink;
  /** Of the updates, by the client's place among the sub-models. */
  readonly coders: readonly PartCoder[];
  readonly aggregation: Aggregation;
  /** Clients under way at once: what bounds the updates that wait for their turn. */
  readonly atOnce: number;
  /** What the coordinator learns from public examples with; null where the method learns nothing from them. */
  readonly learner: ((round: number, abort: AbortSignal) => PublicLearner) | null;
}

const coderOf = (client: number, { prepared, coders }: RoundOptions): PartCoder => coders[placeOf(prepared, client)];

/** An update as the method's server half sees it: coded, and added where it is decoded. */
const receivedUpdate = (client: number, round: number, update: CodedUpdate, options: RoundOptions): ReceivedUpdate => {
  const { living } = options.downlink;
  const coder = coderOf(client, options);
  const key = { seed: options.prepared.scenario.seed, round, client };
  const find = (part: string): [PartSpec, Uint8Array] => {
    const index = coder.specs.findIndex(({ name }) => name === part);
    return [coder.specs[index], update.payloads[index]];
  };
  return {
    client,
    samples: update.samples,
    fold: (part, weight, into) => coder.fold(...find(part), key, weight, into, living),
    integers: (part) => coder.integers(...find(part)),
  };
};

/**
 * Checks all parts but the first, which is folded first and all or nothing: so a malformed update adds nothing.
 * @throws CodedError
 */
const checkRest = (client: number, round: number, update: CodedUpdate, options: RoundOptions): void => {
  const coder = coderOf(client, options);
  const key = { seed: options.prepared.scenario.seed, round, client };
  coder.specs.forEach((spec, i) => {
    if (i > 0) coder.decode(spec, update.payloads[i], key);
  });
};

const noErrors = { inputEnergy: 0, errorEnergy: 0, freshEnergy: 0, freshErrorEnergy: 0 };

/** Sums of one round, filled arrival by arrival in cohort order. */
class Tally {
  readonly reported: number[] = [];
  readonly dropped: { client: number; reason: string }[] = [];
  readonly delivered: number[] = [];
  readonly staged: number[] = [];
  readonly clients: Omit<ClientRecord, 'v' | 'measured' | 'type'>[] = [];
  readonly sessions: { session: ClientSession; client: number }[] = [];
  /** Sessions that go when the round is counted, with the code that says why. */
  readonly leaving: { session: ClientSession; code: number }[] = [];
  uplink = emptyTotals();
  downlink = emptyTotals();
  lossSum = 0;
  samples = 0;
  seconds: number | null = null;
  reconnectBytes = 0;
  private readonly denseBytes: number;
  private readonly specs: readonly PartSpec[];

  constructor(denseBytes: number, specs: readonly PartSpec[]) {
    this.denseBytes = denseBytes;
    this.specs = specs;
  }

  add({ client, session, delivery, seconds, reconnectBytes }: Arrival): void {
    this.reconnectBytes += reconnectBytes;
    if (session !== null) this.sessions.push({ session, client });
    if (seconds !== null) this.seconds = Math.max(this.seconds ?? 0, seconds);
    if (delivery === null) return;
    this.delivered.push(client);
    this.downlink = addTotals(this.downlink, {
      ...sumMeasures(delivery.parts.map(({ measures }) => measures)),
      // A delivery repeats links that were coded earlier; a link's error belongs to the round that made it.
      ...noErrors,
      denseBytes: this.denseBytes,
      messageBytes: delivery.messageBytes,
      transfers: 1,
    });
  }

  accept(client: number, round: number, update: CodedUpdate, seconds: number | null): void {
    const sums = sumMeasures(update.measures);
    this.reported.push(client);
    if (update.staged) this.staged.push(client);
    this.lossSum += update.loss * update.samples;
    this.samples += update.samples;
    this.uplink = addTotals(this.uplink, {
      ...sums,
      denseBytes: this.denseBytes,
      messageBytes: update.messageBytes,
      transfers: 1,
    });
    this.clients.push({
      round,
      client,
      samples: update.samples,
      denseBytes: this.denseBytes,
      naiveBytes: sums.naiveBytes,
      entropyBytes: sums.entropyBytes,
      payloadBytes: sums.payloadBytes,
      uplinkWireBytes: 0,
      downlinkWireBytes: 0,
      parts: update.measures.map(({ payloadBytes, valueBytes, naiveBytes, entropyBytes }, i) => ({
        part: this.specs[i].name,
        payloadBytes,
        valueBytes,
        naiveBytes,
        entropyBytes,
      })),
      nmse: sums.inputEnergy === 0 ? 0 : sums.errorEnergy / sums.inputEnergy,
      loss: update.loss,
      stateBytes: update.stateBytes,
      simulatedSeconds: seconds,
    });
  }

  /** Counts what crossed the sockets in this round, once all is said. */
  countWire(): void {
    for (const { session, client } of this.sessions) {
      const { up, down } = session.takeBytes();
      this.uplink = addTotals(this.uplink, { wireBytes: up });
      this.downlink = addTotals(this.downlink, { wireBytes: down });
      const record = this.clients.find((entry) => entry.client === client);
      if (record !== undefined) Object.assign(record, { uplinkWireBytes: up, downlinkWireBytes: down });
    }
  }
}

/** Adds one arrival to the method's sum, and tells the client whether it counted. */
const settle = (arrival: Arrival, round: number, tally: Tally, server: ServerRound, options: RoundOptions): void => {
  const { client, session, update, seconds } = arrival;
  let { dropped } = arrival;
  tally.add(arrival);
  if (dropped === null && update !== null) {
    try {
      checkRest(client, round, update, options);
      server.fold(receivedUpdate(client, round, update, options));
      tally.accept(client, round, update, seconds);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      dropped = error.code;
    }
  }
  if (dropped !== null) tally.dropped.push({ client, reason: dropped });
  if (session === null || !session.isOpen) return;
  session.send(
    encodeMessage('ack', { round, accepted: dropped === null, ...(dropped === null ? {} : { reason: dropped }) }),
  );
  if (dropped !== null && endsConnection(dropped)) {
    tally.leaving.push({ session, code: isMalformed(dropped) ? 1002 : 1008 });
  }
};

/** What a round begins with. */
export interface RoundTask {
  readonly round: number;
  readonly cohort: readonly number[];
  /** Levels of each client's quantizer, in the cohort's order; null where they don't adapt. */
  readonly levels: readonly number[] | null;
  /** What the method kept. */
  readonly state: ServerState;
}

/**
 * One round: every client of the cohort is served, updates are added in cohort order whatever order they come in.
 * @throws what `abort` was aborted with
 */
export const gatherRound = async (
  { round, cohort, levels, state }: RoundTask,
  abort: AbortSignal,
  options: RoundOptions,
): Promise<RoundOutcome> => {
  const { prepared, exchange, downlink, coders, aggregation, atOnce, learner } = options;
  const { method, scenario, evaluated, subModels } = prepared;
  const { layout, network } = evaluated;
  const server = method.serverRound({
    model: downlink.model,
    aggregation,
    state,
    seed: scenario.seed,
    round,
    classes: network.classes,
    ...(subModels === null ? {} : { subModels }),
  });
  const { version } = downlink;
  const tally = new Tally(4 * (layout.floats + layout.counters), coders[0].specs);
  const orders = cohort.map((client, i) => ({ round, client, levels: levels?.[i] ?? null }));
  for await (const arrival of inOrder(orders, atOnce, (order) => exchange.serve(order, abort))) {
    settle(arrival, round, tally, server, options);
  }
  exchange.closeRound();
  if (scenario.connections === 'round') await Promise.all(tally.sessions.map(({ session }) => session.closedByPeer()));
  tally.countWire();
  for (const { session, code } of tally.leaving) exchange.leave(session, code);
  if (scenario.connections === 'round') {
    // Who has not closed by now would leave in the middle of a later round.
    for (const { session } of tally.sessions) if (session.isOpen) exchange.leave(session, 1000);
  }
  const folded = server.finish();
  const change =
    folded === null || learner === null ? folded : ((await server.refine?.(folded, learner(round, abort))) ?? folded);
  const late = tally.dropped.some(({ reason }) => reason === 'client/late');
  return {
    change,
    reported: tally.reported,
    dropped: tally.dropped,
    delivered: tally.delivered,
    version,
    staged: tally.staged,
    trainLoss: tally.samples === 0 ? null : tally.lossSum / tally.samples,
    simulatedSeconds: late ? scenario.round.deadline : tally.seconds,
    uplink: tally.uplink,
    downlink: tally.downlink,
    clients: tally.clients,
    reconnectBytes: tally.reconnectBytes,
  };
};
