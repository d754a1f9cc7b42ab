import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PartCoder } from '../shared/method/part-coder.js';
import { encodeModel } from '../shared/params/model-file.js';
import { floatsAt, modelHash } from '../shared/params/parameters.js';
import { readRunLog } from '../shared/runlog/reader.js';
import type { Exit, NarrowerEvaluation, RunRecord, Summary } from '../shared/runlog/records.js';
import { summarize } from '../shared/runlog/summary.js';
import { openRunLog, truncateRunLog } from '../shared/runlog/writer.js';
import { formatScenario, scenarioHash } from '../shared/scenario/format.js';
import { checkMemory } from '../shared/scenario/memory.js';
import { networksOfRun } from '../shared/scenario/networks.js';
import { prepare, type Prepared } from '../shared/scenario/prepare.js';
import type { Scenario } from '../shared/scenario/scenario.js';
import { partsByPlace } from '../shared/scenario/sub-models.js';
import { writeAtomic } from '../shared/util/atomic-file.js';
import { CodedError, type ErrorCode } from '../shared/util/errors.js';
import { packageVersion } from '../shared/util/version.js';
import { protocolVersion } from '../shared/wire/frame.js';
import { aggregationRules } from '../shared/method/aggregate/index.js';
import { nestedIn } from '../shared/method/nested/sub-models.js';
import { Checkpoints } from './checkpoint.js';
import { Exchange } from './exchange.js';
import { Journal, type Progress } from './journal.js';
import type { RoundOptions } from './round.js';
import { freshState, openBase, restoredState, writeCheckpoint, type RunState } from './run-state.js';
import { Services, type EngineName, type HostSource } from './services.js';

export interface RunOptions {
  readonly scenario: Scenario;
  /** The run folder; made when missing. */
  readonly folder: string;
  /** Go on from the folder's checkpoint instead of starting anew. */
  readonly resume: boolean;
  /** Hosts that the first round waits for. */
  readonly hosts: number;
  /** Those of them that are on this machine and share its memory; 0 by default. */
  readonly localHosts?: number;
  readonly source: HostSource;
  /** Interrupts the run at the end of what is under way. */
  readonly abort: AbortSignal;
  /** Aborts when no host is left and none will come. */
  readonly allHostsGone?: AbortSignal;
  readonly address?: string;
  /** 0: any free port. */
  readonly port?: number;
  /** The run's secret, random when left out. */
  readonly token?: string;
  readonly onProgress?: (progress: Progress) => void;
  /** Something that a person should hear of. */
  readonly onNotice?: (text: string) => void;
  /** `performance.now()` at the program's start, 0 by default. */
  readonly started?: number;
}

/** Clients under way at once for each host: two are served, the others wait coded for their turn to be added. */
const windowPerHost = 8;

/** A run in progress: its state, its services and its files. */
export interface Run {
  readonly state: RunState;
  readonly journal: Journal;
  readonly roundOptions: RoundOptions;
  /** Resolves when the hosts are there and the start is recorded. */
  ready(ends: AbortSignal): Promise<void>;
  /** Starts the evaluation of the present model, if this round is to be evaluated. */
  evaluate(round: number): void;
  /** Resolves when the evaluation under way is recorded. */
  evaluated(): Promise<void>;
  checkpointIfDue(): Promise<void>;
  /** Says something that the run goes on with: in the log, with the round under way, and to a person. */
  warn(code: ErrorCode, text: string): void;
  /** Ends the run: closes connections, writes the last record, the model and the summary. */
  finish(exit: Exit): Promise<Summary>;
  /** Stops every process and socket; may be called twice. */
  stop(): Promise<void>;
}

class OpenRun implements Run {
  readonly state: RunState;
  readonly journal: Journal;
  readonly roundOptions: RoundOptions;
  private readonly options: RunOptions;
  private readonly prepared: Prepared;
  private readonly checkpoints: Checkpoints;
  private readonly services: Services;
  private readonly resumed: boolean;
  private scenario: Scenario;
  private evaluation: Promise<void> = Promise.resolve();
  private checkpointAt = performance.now();
  private closing: Promise<{ up: number; down: number }> | null = null;

  constructor(
    options: RunOptions,
    prepared: Prepared,
    checkpoints: Checkpoints,
    state: RunState,
    journal: Journal,
    services: Services,
    resumed: boolean,
  ) {
    this.options = options;
    this.prepared = prepared;
    this.checkpoints = checkpoints;
    this.state = state;
    this.journal = journal;
    this.services = services;
    this.resumed = resumed;
    this.scenario = options.scenario;
    const { scenario } = prepared;
    const [rule, ruleOptions] = aggregationRules.chosen(scenario.aggregation);
    this.roundOptions = {
      prepared,
      exchange: new Exchange({ ...state, ...services.peers, prepared }),
      downlink: state.downlink,
      coders: partsByPlace(prepared).map(({ up }) => new PartCoder(up, scenario.uplink)),
      aggregation: rule.create(ruleOptions),
      atOnce: windowPerHost * Math.max(1, options.hosts),
      learner:
        prepared.method.publicLearning === undefined
          ? null
          : (round, abort) => services.student.learner(prepared, round, abort),
    };
  }

  async ready(ends: AbortSignal): Promise<void> {
    const engine = await this.services.ready(this.options.hosts, ends);
    this.requireEngine(engine);
    // The engine is pinned, so that the folder's scenario repeats the run.
    this.scenario = { ...this.scenario, engine: engine.name, engineVersion: engine.version };
    if (this.resumed) {
      this.journal.write({ type: 'resume', round: this.state.round, measured: this.journal.measured });
    } else {
      await writeAtomic(join(this.options.folder, 'scenario.yaml'), formatScenario(this.scenario));
      this.writeStart(engine);
    }
    this.options.onNotice?.(`engine ${engine.name} ${engine.version}: ${engine.reason}`);
  }

  /** @throws CodedError `engine/other-version` */
  private requireEngine({ name, version }: EngineName): void {
    const { engineVersion } = this.scenario;
    if (engineVersion === null || engineVersion === version) return;
    throw new CodedError(
      'engine/other-version',
      `The scenario asks for version ${engineVersion} of the engine, but ${name} is ${version} here.`,
      { hint: 'Results would differ in their last bits. To run all the same: --set engineVersion=null.' },
    );
  }

  private writeStart(engine: EngineName): void {
    const { dataset, partition, network, evaluated, method } = this.prepared;
    const { layout } = network;
    this.journal.write({
      type: 'start',
      name: this.scenario.name,
      scenarioHash: scenarioHash(this.scenario),
      seed: this.scenario.seed,
      versions: { fedsqueeze: packageVersion, protocol: protocolVersion, engine: `${engine.name} ${engine.version}` },
      dataHash: dataset.fingerprint,
      partitionHash: partition.fingerprint,
      layoutId: layout.id,
      parameters: evaluated.layout.floats + evaluated.layout.counters,
      flops: evaluated.flops,
      clients: this.scenario.clients.total,
      policies: method.policies(layout),
      modelHash: modelHash(this.state.downlink.model),
      measured: { ...this.journal.measured, engineReason: engine.reason },
    });
  }

  evaluate(round: number): void {
    const { evaluate, rounds, stop } = this.scenario;
    if (round % evaluate.every !== 0 && round !== rounds) return;
    const { model } = this.state.downlink;
    const hash = modelHash(model);
    const { floats } = this.prepared.parameterization.weights(model, round, this.state.server);
    const results = Promise.all([this.services.evaluator.evaluate(floats), this.evaluateNarrower(floats)]);
    this.evaluation = results.then(([{ correct, lossSum, samples }, narrower]) => {
      const accuracy = correct / samples;
      this.journal.evaluation({
        round,
        split: evaluate.split,
        accuracy,
        loss: lossSum / samples,
        samples,
        modelHash: hash,
        ...(narrower.length === 0 ? {} : { narrower }),
      });
      if (stop.accuracy !== null && accuracy >= stop.accuracy) this.state.stopped = true;
    });
    // Whoever awaits it hears of the error.
    this.evaluation.catch(() => undefined);
  }

  /** What the networks nested in the model are worth by themselves, widest first. @param floats of the whole model */
  private async evaluateNarrower(floats: Float32Array): Promise<NarrowerEvaluation[]> {
    const { subModels } = this.prepared;
    if (subModels === null) return [];
    const narrower = nestedIn(subModels, { width: 1 })
      .toReversed()
      .filter(({ width }) => width < 1);
    return Promise.all(
      narrower.map(async (own) => {
        const cut = floatsAt(floats, own.positions);
        const result = await this.services.evaluator.evaluate(cut, subModels.all.indexOf(own));
        return { width: own.width, accuracy: result.correct / result.samples, loss: result.lossSum / result.samples };
      }),
    );
  }

  evaluated(): Promise<void> {
    return this.evaluation;
  }

  async checkpointIfDue(): Promise<void> {
    if (performance.now() - this.checkpointAt >= this.scenario.checkpoint.seconds * 1000) await this.checkpoint();
  }

  warn(code: ErrorCode, text: string): void {
    this.journal.fault(code, text);
    this.options.onNotice?.(`${text} [${code}]`);
  }

  private async checkpoint(): Promise<void> {
    await this.evaluated();
    const { log, repeatable } = this.journal;
    await log.sync();
    await writeCheckpoint(this.checkpoints, this.state, {
      logBytes: log.length,
      scenarioHash: scenarioHash(this.scenario),
      repeatable,
    });
    this.checkpointAt = performance.now();
  }

  async finish(exit: Exit): Promise<Summary> {
    const { folder, scenario } = this.options;
    const over = exit === 'done' || exit === 'stopped';
    if (!over && this.state.round > 0) await this.checkpoint();
    const { up, down } = await this.closeServices();
    const { controlBytes } = this.services.hosts;
    const measured = { ...this.journal.measured, closingUplinkBytes: up, closingDownlinkBytes: down, controlBytes };
    this.journal.write({ type: 'end', exit, rounds: this.state.round, measured });
    await this.journal.log.sync();
    const { downlink, round, server } = this.state;
    const weights = this.prepared.parameterization.weights(downlink.model, round, server);
    await writeFile(join(folder, 'model.fsq'), encodeModel(weights, { round }));
    const { records } = await readRunLog(join(folder, 'run.jsonl'));
    const summary = summarize(records as RunRecord[], { targets: scenario.evaluate.targets });
    await writeAtomic(join(folder, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
    if (over) await rm(this.checkpoints.folder, { recursive: true, force: true });
    return summary;
  }

  private closeServices(): Promise<{ up: number; down: number }> {
    this.closing ??= this.services.stop();
    return this.closing;
  }

  async stop(): Promise<void> {
    await this.closeServices();
    await this.journal.log.close();
  }
}

/** Opens the log where the state's own log ends. */
const openLog = async (folder: string, logBytes: number | null) => {
  const path = join(folder, 'run.jsonl');
  if (logBytes === null) return openRunLog(path);
  await truncateRunLog(path, logBytes);
  return openRunLog(path, { append: true });
};

/**
 * Opens a run, fresh or from its checkpoint. Its services start first, so that hosts load their data while the
 * coordinator loads its own.
 * @throws CodedError `server/…`, `checkpoint/…`, `data/…`, `model/…`
 */
export const openRun = async (options: RunOptions): Promise<Run> => {
  const { scenario, folder, source } = options;
  const checkpoints = new Checkpoints(join(folder, 'checkpoint'));
  const manifest = options.resume ? await checkpoints.manifest() : null;
  const prepared = prepare(scenario).then((parts) => {
    for (const network of networksOfRun(parts)) checkMemory(network, options.localHosts ?? 0);
    return parts;
  });
  prepared.catch(() => undefined);
  const base = await openBase(checkpoints, manifest);
  let journal: Journal | null = null;
  const services = await Services.start({
    ...base,
    scenario,
    prepared,
    source,
    address: options.address ?? '127.0.0.1',
    port: options.port ?? 0,
    ...(options.token === undefined ? {} : { token: options.token }),
    onHostLost: (name) => {
      journal?.fault('host/lost', `its clients were dropped from the round; ${name} is started again if it can be`);
      options.onNotice?.(`${name} was lost`);
    },
    onRefused: (error) => options.onNotice?.(`turned away: ${error.describe()}`),
  });
  try {
    const data = await prepared;
    const state = manifest === null ? freshState(base, data) : await restoredState(base, data, checkpoints, manifest);
    const log = await openLog(folder, manifest?.logBytes ?? null);
    journal = new Journal(log, options.started ?? performance.now(), manifest?.repeatable ?? true);
    return new OpenRun(options, data, checkpoints, state, journal, services, manifest !== null);
  } catch (error) {
    await services.stop();
    throw error;
  }
};
