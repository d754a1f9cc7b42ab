import { WebSocket } from 'ws';
import { chooseEngine } from '../../shared/engine/choose.js';
import type { Engine } from '../../shared/engine/engine.js';
import { PartCoder } from '../../shared/method/part-coder.js';
import { decodeModel } from '../../shared/params/model-file.js';
import { prepare, type Prepared } from '../../shared/scenario/prepare.js';
import type { Scenario } from '../../shared/scenario/scenario.js';
import { placeOf, preparedPlaces } from '../../shared/scenario/sub-models.js';
import { Learners, loadPublic } from '../../shared/scenario/training/learners.js';
import { Mentors } from '../../shared/scenario/training/mentors.js';
import { NestedTrainers } from '../../shared/scenario/training/nested-trainers.js';
import { trainingRules } from '../../shared/scenario/training/rules.js';
import { CodedError, messageOf } from '../../shared/util/errors.js';
import { hostPath, subprotocol } from '../../shared/wire/identity.js';
import { decodeMessage, encodeMessage, type HeaderOf, type Message } from '../../shared/wire/messages.js';
import { connectOptions, makeInbox, type Inbox } from '../../shared/wire/socket.js';
import { HeldModel } from '../held-model.js';
import { ClientRunner, type Place } from './client-runner.js';
import { StateFolder } from './state-files.js';

export interface HostOptions {
  /** `ws://HOST:PORT` of the coordinator. */
  readonly url: string;
  readonly token: string;
  readonly name: string;
  /** Whether this host shares the coordinator's disk. */
  readonly local: boolean;
  /** The package's version, which must be the coordinator's. */
  readonly version: string;
  /** This machine's folder with the dataset, where it differs from the scenario's. */
  readonly dataFolder?: string;
  readonly onReady?: (engine: Engine, reason: string) => void;
  readonly onClientError?: (client: number, error: unknown) => void;
}

const connect = async ({ url }: HostOptions): Promise<[WebSocket, Inbox]> => {
  const control = new WebSocket(`${url}${hostPath}`, subprotocol, connectOptions(url));
  const inbox = makeInbox(control, () => new CodedError('host/lost', 'The coordinator closed the connection.'));
  await new Promise<void>((resolve, reject) => {
    control.once('open', () => resolve());
    control.once('error', (cause) =>
      reject(
        new CodedError('host/cannot-connect', `There is no coordinator at ${url}: ${messageOf(cause)}.`, {
          hint: 'Start it with `fedsqueeze serve` and copy the address that it prints.',
          cause,
        }),
      ),
    );
  });
  control.on('error', () => undefined);
  return [control, inbox];
};

const setUp = async (
  scenario: Scenario,
  options: HostOptions,
): Promise<{ prepared: Prepared; places: readonly Place[]; engine: Engine; reason: string }> => {
  const folder = options.dataFolder ?? scenario.dataset.folder;
  const [prepared, { engine, reason }] = await Promise.all([
    prepare({ ...scenario, dataset: { ...scenario.dataset, folder } }),
    chooseEngine(scenario.engine),
  ]);
  const { dataset } = prepared;
  const examples = await engine.load(dataset.train, dataset.inputShape);
  const { batchSize } = scenario.local;
  const shared = await loadPublic(prepared, engine);
  const learners = shared === null ? null : new Learners(prepared, engine, shared);
  const { mentoring } = prepared.method;
  const mentors = mentoring === undefined ? null : await Mentors.open(prepared, engine, mentoring);
  const nested = await NestedTrainers.open(prepared, engine);
  const places = preparedPlaces(prepared).map(async (own): Promise<Place> => {
    const { parameterization, parts } = own;
    const rules = { ...trainingRules(scenario), ...parameterization.training };
    // Where the chain's model is a table, no network has its layout.
    const network = parameterization.isTable === true ? own.evaluated : own.network;
    const trainer = await engine.compile({ network, ...rules, batchSize, scale: dataset.scale });
    const coder = new PartCoder(parts.up, scenario.uplink);
    const workplace = { prepared: own, trainer, examples, coder, learners, mentors, nested };
    return { workplace, held: new HeldModel(own) };
  });
  return { prepared, places: await Promise.all(places), engine, reason };
};

const refuse = (control: WebSocket, error: unknown): void => {
  const coded = error instanceof CodedError ? error : null;
  const message = (coded?.describe() ?? messageOf(error)).slice(0, 2048);
  control.send(encodeMessage('refuse', { code: coded?.code ?? 'host/failed', message }));
};

/** Learns from the coordinator what to run, loads it, and says that it is ready. */
const prepareHost = async (options: HostOptions, control: WebSocket, inbox: Inbox) => {
  control.send(
    encodeMessage('join', { token: options.token, version: options.version, name: options.name, local: options.local }),
  );
  const assigned = decodeMessage(await inbox.next(), ['assign', 'stop']);
  if (assigned.name === 'stop') throw stopError(assigned.header);
  const { header, parts } = assigned;
  const scenario = JSON.parse(Buffer.from(parts[0]).toString()) as Scenario;
  try {
    const { prepared, places, engine, reason } = await setUp(scenario, options);
    const { dataset, partition } = prepared;
    control.send(
      encodeMessage('ready', {
        dataHash: dataset.fingerprint,
        partitionHash: partition.fingerprint,
        engine: `${engine.name} ${engine.version}`,
      }),
    );
    options.onReady?.(engine, reason);
    return { prepared, places, run: header.run, stateFolder: header.stateFolder };
  } catch (error) {
    refuse(control, error);
    throw error;
  }
};

const stopError = ({ message }: HeaderOf<'stop'>): CodedError =>
  new CodedError('host/refused', message ?? 'The coordinator is stopping.');

/** Handles control messages until the coordinator says stop, or is gone. */
const obey = async (inbox: Inbox, runner: ClientRunner, { held, workplace }: Place): Promise<void> => {
  for (;;) {
    const message: Message = decodeMessage(await inbox.next(), ['wake', 'model', 'stop']);
    if (message.name === 'stop') {
      if (message.header.message !== undefined) throw stopError(message.header);
      return;
    }
    if (message.name === 'model') {
      const { layout } = workplace.prepared.network;
      held.restore(message.header.version, decodeModel(message.parts[0], layout, 'the coordinator’s model'));
    } else if (message.name === 'wake') {
      runner.wake(message.header, message.parts.at(0));
    }
  }
};

/**
 * Runs a host: one control connection, and one connection for each of its clients. Resolves when the coordinator says
 * stop.
 * @throws CodedError `host/cannot-connect`, `host/refused`, `host/lost`, or what its own set-up failed with
 */
export const runHost = async (options: HostOptions): Promise<void> => {
  const [control, inbox] = await connect(options);
  try {
    const { prepared, places, run, stateFolder: folder } = await prepareHost(options, control, inbox);
    const runner = new ClientRunner({
      placeOf: (client) => places[placeOf(prepared, client)],
      states: folder === null ? null : new StateFolder(folder),
      report: (header, parts) => control.send(encodeMessage('report', header, parts)),
      address: { url: options.url, run, runToken: options.token },
      onError: options.onClientError ?? (() => undefined),
    });
    // Where clients have sub-models, whole ones are sent each time: none is ever given over to a host.
    await obey(inbox, runner, places[0]);
  } finally {
    control.terminate();
  }
};
