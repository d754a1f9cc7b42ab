import { chooseEngine } from '../shared/engine/choose.js';
import type { Engine } from '../shared/engine/engine.js';
import { PartCoder } from '../shared/method/part-coder.js';
import type { CompiledNetwork } from '../shared/models/network.js';
import { networksOfRun } from '../shared/scenario/networks.js';
import type { Prepared } from '../shared/scenario/prepare.js';
import type { Scenario } from '../shared/scenario/scenario.js';
import { CodedError } from '../shared/util/errors.js';
import { packageVersion } from '../shared/util/version.js';
import { frameOverhead, maxHeaderBytes } from '../shared/wire/frame.js';
import { makeRunToken } from '../shared/wire/identity.js';
import { Evaluator } from './evaluate.js';
import type { ExchangeOptions } from './exchange.js';
import { HostPool, type Fingerprint } from './hosts.js';
import { listen, type Listener, type MessageLimits } from './listener.js';
import { Reports } from './reports.js';
import { ClientSessions } from './sessions.js';
import { Student } from './student.js';
import type { StateStore } from './state-store.js';

/** Where hosts come from: child processes here, or other machines that join. */
export interface HostSource {
  /** Called once the coordinator listens. @returns what stops the hosts that it started */
  start(address: { url: string; port: number; token: string }): { stop(): Promise<void> };
}

export interface ServiceOptions {
  readonly scenario: Scenario;
  /** Data and model, which load while the hosts do. */
  readonly prepared: Promise<Prepared>;
  readonly states: StateStore;
  readonly runId: string;
  readonly address: string;
  readonly port: number;
  readonly token?: string;
  readonly source: HostSource;
  readonly onHostLost: (name: string) => void;
  /** A host, or someone who is none, that was turned away. */
  readonly onRefused: (error: CodedError) => void;
}

/** Real seconds that the first hosts have to be ready. */
const readySeconds = 600;

/** The control connection also carries the model and client states, some vectors of the model's size. */
const hostMessageVectors = 16;

const bytesOfModel = ({ layout }: CompiledNetwork): number => 4 * layout.floats + 8 * layout.counters;

const messageLimits = (prepared: Prepared): MessageLimits => {
  const { scenario, parts } = prepared;
  const update = new PartCoder(parts.up, scenario.uplink).maxBytes + maxHeaderBytes + frameOverhead(parts.up.length);
  // Clients' own networks are part of their states.
  const modelBytes = Math.max(...networksOfRun(prepared).map(bytesOfModel));
  const limit = 2 ** 31 - 1;
  if (Math.max(update, modelBytes * 2) > limit) {
    throw new CodedError(
      'wire/too-large',
      `An update may take ${update} bytes, and a message holds at most ${limit}.`,
      {
        hint: 'Choose a smaller model or a codec that sends less.',
      },
    );
  }
  return { client: update, host: Math.min(limit, hostMessageVectors * modelBytes + 2 ** 20) };
};

/** The engine of this machine, which every host must have too. */
export interface EngineName {
  readonly name: Engine['name'];
  readonly version: string;
  readonly reason: string;
}

const engineName = async (asked: Scenario['engine']): Promise<EngineName> => {
  const { engine, reason } = await chooseEngine(asked);
  return { name: engine.name, version: engine.version, reason };
};

const fingerprintOf = async (prepared: Promise<Prepared>, engine: Promise<EngineName>): Promise<Fingerprint> => {
  const [{ dataset, partition }, { name, version }] = await Promise.all([prepared, engine]);
  return { dataHash: dataset.fingerprint, partitionHash: partition.fingerprint, engine: `${name} ${version}` };
};

/** All that runs beside the round loop: sockets, hosts, the evaluation process. */
export class Services {
  readonly evaluator: Evaluator;
  readonly student: Student;
  readonly hosts: HostPool;
  readonly sessions: ClientSessions;
  readonly reports: Reports;
  readonly engine: Promise<EngineName>;
  private readonly listener: Listener;
  private readonly started: { stop(): Promise<void> };
  private readonly refused = new AbortController();

  private constructor(
    options: ServiceOptions,
    runToken: string,
    listener: Listener,
    parts: Pick<Services, 'evaluator' | 'student' | 'hosts' | 'sessions' | 'reports' | 'engine'>,
  ) {
    this.evaluator = parts.evaluator;
    this.student = parts.student;
    this.hosts = parts.hosts;
    this.sessions = parts.sessions;
    this.reports = parts.reports;
    this.engine = parts.engine;
    this.listener = listener;
    this.started = options.source.start({ url: listener.url, port: listener.port, token: runToken });
  }

  static async start(options: ServiceOptions): Promise<Services> {
    const { scenario, prepared, runId, states } = options;
    const runToken = options.token ?? makeRunToken();
    const json = JSON.stringify(scenario);
    const reports = new Reports(states);
    const sessions = new ClientSessions(runId, runToken, scenario.clients.total, scenario.round.watchdog);
    const evaluator = new Evaluator({ scenario: json });
    const student = new Student({ scenario: json });
    const engine = engineName(scenario.engine);
    // Who awaits it hears of the error.
    engine.catch(() => undefined);
    let services: Services | null = null;
    const hosts = new HostPool({
      version: packageVersion,
      runId,
      runToken,
      scenario: Buffer.from(json),
      stateFolder: states.folder,
      fingerprint: fingerprintOf(prepared, engine),
      onReport: reports.receive,
      onLost: ({ name }) => options.onHostLost(name),
      onRefused: (error, isOurs) => {
        options.onRefused(error);
        if (isOurs) services?.refuse(error);
      },
    });
    try {
      const listener = await listen({
        address: options.address,
        port: options.port,
        limits: prepared.then(messageLimits),
        onClient: sessions.accept,
        onHost: hosts.accept,
      });
      services = new Services(options, runToken, listener, { evaluator, student, hosts, sessions, reports, engine });
      return services;
    } catch (error) {
      evaluator.close();
      throw error;
    }
  }

  /** What an exchange with clients goes through. */
  get peers(): Pick<ExchangeOptions, 'hosts' | 'sessions' | 'reports'> {
    return { hosts: this.hosts, sessions: this.sessions, reports: this.reports };
  }

  /** A host that can't take part ends the wait for hosts: the user should hear why. */
  private refuse(error: CodedError): void {
    this.refused.abort(error);
  }

  /** Resolves when enough hosts are ready. */
  async ready(hosts: number, abort: AbortSignal): Promise<EngineName> {
    const timeout = AbortSignal.timeout(readySeconds * 1000);
    const signal = AbortSignal.any([abort, timeout, this.refused.signal]);
    await this.hosts.atLeast(hosts, signal);
    return this.engine;
  }

  /** Stops all of it. @returns the bytes of closing the client connections */
  async stop(): Promise<{ up: number; down: number }> {
    const closing = await this.sessions.closeAll();
    this.hosts.stop();
    this.evaluator.close();
    this.student.close();
    await this.started.stop();
    await this.listener.close();
    return closing;
  }
}
