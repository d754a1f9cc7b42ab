import { createHash } from 'node:crypto';
import {
  addToWeights,
  combinedCoding,
  initialModel,
  keepWeightsAlive,
  linkKey,
  overwriteWeights,
  pruneWeights,
  replaceExact,
  replaceWeights,
  sumCoding,
} from '../shared/method/chain.js';
import { allLiving, livingIn, type Living } from '../shared/method/pruning/living.js';
import type { PartSpec } from '../shared/method/method.js';
import { exactCoding, PartCoder } from '../shared/method/part-coder.js';
import { VersionHistory } from '../shared/params/version-history.js';
import type { Layout } from '../shared/params/layout.js';
import { bytesOf, copyParameters, gatherFloats, zeroParameters, type Parameters } from '../shared/params/parameters.js';
import type { Prepared } from '../shared/scenario/prepare.js';
import { CodedError } from '../shared/util/errors.js';
import type { HeaderOf } from '../shared/wire/messages.js';

const digestOf = (parts: readonly Uint8Array[]): string => {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest('base64');
};

const sameBytes = (a: readonly Uint8Array[], b: readonly Uint8Array[]): boolean =>
  a.length === b.length && a.every((part, i) => Buffer.compare(part, b[i]) === 0);

/**
 * The model as the clients of this host hold it. All clients at one version hold the same bits, so a host builds each
 * version once, from the first task that leads there; a later task must carry the same bytes.
 */
export class HeldModel {
  private readonly prepared: Prepared;
  private readonly coders: Readonly<Record<HeaderOf<'task'>['form'], PartCoder>>;
  private readonly digests = new Map<number, string>();
  private current: { version: number; model: Parameters } | null = null;
  /** The whole or combined payload that made the current model, or the sum and the version that it was added to. */
  private applied: { readonly parts: readonly Uint8Array[]; readonly from: number | null } | null = null;
  /** Weights that sums are added to; null where no sums are sent. */
  private readonly history: VersionHistory | null;

  constructor(prepared: Prepared) {
    const { scenario, parts } = prepared;
    const { send, lattice, ...coding } = scenario.downlink;
    this.history = lattice === null ? null : new VersionHistory(prepared.network.layout);
    this.prepared = prepared;
    this.coders = {
      links: new PartCoder(parts.down, coding),
      sum: new PartCoder(parts.down, sumCoding),
      combined: new PartCoder(parts.down, combinedCoding),
      model: new PartCoder(parts.down, send === 'model' ? coding : exactCoding),
    };
  }

  /** Takes a model over the control connection: what simulated devices already have in their storage. */
  restore(version: number, model: Parameters): void {
    if (this.current === null || version > this.current.version) this.become(version, model);
    else this.remember(version, model);
  }

  private remember(version: number, { layout, floats }: Parameters): void {
    this.history?.set(version, gatherFloats(layout, floats, ['weight']));
  }

  private become(version: number, model: Parameters): void {
    this.current = { version, model };
    this.remember(version, model);
  }

  private get prunedSpec(): PartSpec | undefined {
    return this.prepared.parts.down.find(({ coding }) => coding === 'pruned');
  }

  private get layout(): Layout {
    return this.prepared.network.layout;
  }

  /** The initial model, which a client makes from its seed. */
  private initial(): { version: number; model: Parameters } {
    const { network, scenario } = this.prepared;
    const prunes = this.prunedSpec !== undefined;
    return { version: 0, model: initialModel(network, scenario.seed, scenario.downlink.lattice, prunes) };
  }

  /** What a whole model is put into: frozen tensors follow from the seed and never travel. */
  private blank(): Parameters {
    const isFrozen = this.layout.tensors.some(({ role }) => role === 'frozen');
    return isFrozen ? this.initial().model : zeroParameters(this.layout);
  }

  /**
   * Applies a task's parts.
   * @param holds the version that the client holds
   * @returns the model of the task's version; not to be changed
   * @throws CodedError `client/bad-chain`, or a `codec/…` code
   */
  apply(task: HeaderOf<'task'>, parts: readonly Uint8Array[], holds: number | null): Parameters {
    if (this.current !== null && this.current.version > task.version) {
      throw new CodedError(
        'client/bad-chain',
        `A task for version ${task.version} came after ${this.current.version}.`,
      );
    }
    const held = task.base === 'seed' ? 0 : (holds ?? 0);
    if (task.form === 'links') return this.applyLinks(task, parts, held);
    const from = task.form === 'sum' ? held : null;
    if (this.current?.version === task.version && this.applied?.from === from && sameBytes(this.applied.parts, parts)) {
      return this.current.model;
    }
    const model = this.baseOf(task, from);
    this.applyParts(task.form, model, parts, task.version);
    if (from !== null) this.requireSame(task.version, model);
    this.become(task.version, model);
    this.applied = { parts: parts.map((part) => new Uint8Array(part)), from };
    return model;
  }

  /** A model of one's own to apply parts to. */
  private baseOf(task: HeaderOf<'task'>, from: number | null): Parameters {
    if (task.base === 'nothing') return this.blank();
    if (from === null) return copyParameters(this.startOf(task).model);
    if (from === 0) return this.initial().model;
    const weights = this.history?.get(from);
    if (weights === undefined) {
      throw new CodedError('client/bad-chain', `A sum is added to version ${from}, which this host has not got.`);
    }
    const model = this.blank();
    replaceWeights(model, weights);
    return model;
  }

  /** All ways to a version give the same bits. @throws CodedError `client/bad-chain` */
  private requireSame(version: number, model: Parameters): void {
    if (this.current?.version !== version) return;
    if (Buffer.compare(bytesOf(this.current.model.floats), bytesOf(model.floats)) === 0) return;
    throw new CodedError('client/bad-chain', `Two clients were led to different models of version ${version}.`);
  }

  /** What the parts are applied to: this host's newest model, or the initial one where it has none yet. */
  private startOf({ base }: HeaderOf<'task'>): { version: number; model: Parameters } {
    if (this.current !== null) return this.current;
    if (base === 'held') {
      throw new CodedError('client/bad-chain', 'The client holds a model that this host has not got.');
    }
    return this.initial();
  }

  private applyLinks(task: HeaderOf<'task'>, parts: readonly Uint8Array[], from: number): Parameters {
    const width = this.prepared.parts.down.length;
    if (parts.length !== (task.version - from) * width) {
      throw new CodedError(
        'client/bad-chain',
        `${parts.length} parts can't lead from version ${from} to ${task.version}.`,
      );
    }
    let { version, model } = this.startOf(task);
    for (let step = from + 1; step <= task.version; step++) {
      const link = parts.slice((step - from - 1) * width, (step - from) * width);
      const digest = digestOf(link);
      const known = this.digests.get(step);
      if (known !== undefined && known !== digest) {
        throw new CodedError('client/bad-chain', `Two clients got different links to version ${step}.`);
      }
      this.digests.set(step, digest);
      if (step <= version) continue;
      if (step !== version + 1)
        throw new CodedError('client/bad-chain', `The link to version ${version + 1} is missing.`);
      model = copyParameters(model);
      this.applyParts('links', model, link, step);
      version = step;
      this.remember(version, model);
    }
    if (version !== this.current?.version) this.applied = null;
    this.current = { version, model };
    return model;
  }

  /** Decodes one set of parts into the model, in place. */
  private applyParts(
    form: HeaderOf<'task'>['form'],
    model: Parameters,
    parts: readonly Uint8Array[],
    version: number,
  ): void {
    const coder = this.coders[form];
    if (parts.length !== coder.specs.length) {
      throw new CodedError('client/bad-chain', `A task has ${parts.length} parts, not ${coder.specs.length}.`);
    }
    const key = linkKey(this.prepared.scenario.seed, version);
    let living: Living | null = null;
    coder.specs.forEach((spec, i) => {
      if (spec.coding === 'pruned') {
        living = this.prune(form, model, spec, (before) => coder.decode(spec, parts[i], key, before) as Float32Array);
        return;
      }
      const value = coder.decode(spec, parts[i], key, living);
      if (spec.coding !== 'codec') replaceExact(model, spec, value);
      else if (form === 'links' || form === 'sum') addToWeights(model, value as Float32Array);
      else if (form === 'combined') overwriteWeights(model, value as Float32Array);
      else replaceWeights(model, value as Float32Array);
      if (spec.coding === 'codec' && living !== null) keepWeightsAlive(model, living);
    });
  }

  /**
   * Takes weights out, in place. A link says of the weights that lived before it which go; other forms say it of all weights.
   * @returns those that live on
   */
  private prune(
    form: HeaderOf<'task'>['form'],
    model: Parameters,
    { layout }: PartSpec,
    decode: (before: Living) => Float32Array,
  ): Living {
    const weights = gatherFloats(model.layout, model.floats, ['weight']);
    const mask = decode(form === 'links' ? livingIn(layout, weights) : allLiving(layout));
    pruneWeights(model, mask);
    // A whole model comes into zeros.
    const left = form === 'model' ? mask.map((gone) => 1 - gone) : gatherFloats(model.layout, model.floats, ['weight']);
    return livingIn(layout, left);
  }
}
