import { z } from 'zod';
import type { Measures } from '../shared/codec/codec.js';
import { orAborted } from '../shared/util/abort.js';
import { CodedError } from '../shared/util/errors.js';
import type { HeaderOf } from '../shared/wire/messages.js';
import type { StateStore } from './state-store.js';

const size = z.number().nonnegative();
const measuresSchema = z.array(
  z.strictObject({
    payloadBytes: size,
    valueBytes: size,
    naiveBytes: size,
    entropyBytes: size.nullable(),
    inputEnergy: size,
    errorEnergy: size,
    freshEnergy: size,
    freshErrorEnergy: size,
  }),
);

/** What a host says of an update on its control connection: nothing that a real device would send. */
export interface UpdateReport {
  readonly measures: readonly Measures[];
  /** Whether the client's state of this round is staged. */
  readonly staged: boolean;
  /** Of the client's state, its numbers alone. */
  readonly stateBytes: number;
}

interface Waiting {
  promise: Promise<UpdateReport>;
  resolve: (report: UpdateReport) => void;
  reject: (error: Error) => void;
}

const keyOf = (round: number, client: number): string => `${round}/${client}`;

/** The reports of the round: they and the updates come on different connections, in any order. */
export class Reports {
  private readonly waiting = new Map<string, Waiting>();
  private readonly states: StateStore;

  constructor(states: StateStore) {
    this.states = states;
  }

  /** Called before the client is woken: only what is expected is taken. */
  expect(round: number, client: number): void {
    let settle: Omit<Waiting, 'promise'>;
    const promise = new Promise<UpdateReport>((resolve, reject) => {
      settle = { resolve, reject };
    });
    // Who takes the report hears of the error.
    promise.catch(() => undefined);
    this.waiting.set(keyOf(round, client), { promise, ...settle! });
  }

  /** The handler for `report` messages. */
  readonly receive = (
    { round, client, staged, stateBytes }: HeaderOf<'report'>,
    parts: readonly Uint8Array[],
  ): void => {
    const key = keyOf(round, client);
    const waiting = this.waiting.get(key);
    if (waiting === undefined) {
      // Of an update that came too late.
      if (staged) void this.states.abandon(round, client);
      return;
    }
    const report = async (): Promise<UpdateReport> => {
      const measures = measuresSchema.parse(JSON.parse(Buffer.from(parts[0]).toString()));
      if (parts.length > 1) {
        await this.states.stage(client, round, parts[1]);
        if (this.waiting.get(key) !== waiting) await this.states.abandon(round, client);
      }
      return { measures, staged, stateBytes };
    };
    report().then(waiting.resolve, (cause: unknown) =>
      waiting.reject(
        new CodedError('host/bad-report', `A host’s report on client ${client} can't be read.`, { cause }),
      ),
    );
  };

  async take(round: number, client: number, signal: AbortSignal): Promise<UpdateReport> {
    const waiting = this.waiting.get(keyOf(round, client));
    if (waiting === undefined) throw new TypeError(`no report of client ${client} is expected`);
    return orAborted(waiting.promise, signal);
  }

  /** Closes the round: of reports that come later nothing is kept. */
  clear(): void {
    this.waiting.clear();
  }
}
