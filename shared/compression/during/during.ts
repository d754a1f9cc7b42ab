import type { z } from 'zod';
import type { FakeQuantization } from '../../engine/engine.js';
import type { CompiledNetwork } from '../../models/network.js';
import { parseOptions } from '../../options/parse-options.js';
import type { Parameters } from '../../params/parameters.js';
import type { PlugIn } from '../../util/registry.js';
import type { Family } from '../step.js';
import type { Pruner } from './pruner.js';

/** A method of model compression at work while the federation trains. */
export interface DuringTraining {
  /** What it adds to the clients' local training. */
  readonly training?: { readonly fakeQuantization?: FakeQuantization };
  /** What is trained in the place of the scenario's network: its tensors, and others after them. */
  extended?(network: CompiledNetwork): CompiledNetwork;
  /** Which weights go, and when. */
  readonly pruner?: Pruner;
  /**
   * What is evaluated and kept of the model that is trained: the parameters as they are when left out.
   * @param network the scenario's
   * @param parameters of the network that is trained
   */
  deployed?(network: CompiledNetwork, parameters: Parameters): Parameters;
}

/** One method of model compression that works while the federation trains: `modelCompression.during`. */
export interface FederatedCompression extends PlugIn {
  readonly family: Family;
  /** What it does, step after step, by the names that progress and log show. */
  readonly phases: readonly string[];
  readonly paper: string;
  /** @throws CodedError `argument/invalid` */
  create(options: unknown): DuringTraining;
}

/** Declares a method; its options are checked before `create` sees them. */
export const defineFederated = <S extends z.ZodObject>(
  method: Omit<FederatedCompression, 'options' | 'create'> & {
    options: S;
    create(options: z.infer<S>): DuringTraining;
  },
): FederatedCompression => ({
  ...method,
  create: (options) => method.create(parseOptions(method.name, method.options, options)),
});
