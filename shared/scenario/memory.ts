import { totalmem } from 'node:os';
import type { CompiledNetwork } from '../models/network.js';
import { CodedError } from '../util/errors.js';

/**
 * How often a run holds the model's numbers at once, at least: a coordinator as model, change, sums in float64 and
 * message; the evaluation as model and message; a host as message, model before and after, change, and the engine's own.
 */
const copies = { coordinator: 5, evaluation: 2, host: 6 } as const;

/** Bytes that coordinator, evaluation and hosts need at least for the model alone. */
export const leastMemory = ({ layout }: CompiledNetwork, hosts: number): number =>
  4 * layout.floats * (copies.coordinator + copies.evaluation + hosts * copies.host);

/** Bytes that processes here may use together: the machine's, or what its container allows. */
const memoryHere = (): number => {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(totalmem(), constrained) : totalmem();
};

const shown = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * Refuses a model that the coordinator and its hosts cannot hold on one machine, before any of it is there.
 * @param hosts processes that train on this machine
 * @param available bytes, those of this machine when left out
 * @throws CodedError `model/too-large`
 */
export const checkMemory = (network: CompiledNetwork, hosts: number, available: number = memoryHere()): void => {
  const least = leastMemory(network, hosts);
  if (least <= available) return;
  const { name } = network.network;
  const message = `The network '${name}' has ${network.layout.floats} parameters: a run with ${hosts} ${hosts === 1 ? 'host' : 'hosts'} needs at least ${shown(least)}, and there are ${shown(available)}.`;
  const hint = hosts > 1 ? 'Take a smaller model, or fewer hosts with --hosts.' : 'Take a smaller model.';
  throw new CodedError('model/too-large', message, { hint });
};
