import type { CodecState } from '../shared/codec/codec.js';
import type { Coding } from '../shared/codec/pipeline.js';
import {
  addToWeights,
  combinedCoding,
  exactDifference,
  isOnLattice,
  keepWeightsAlive,
  linkKey,
  pruneWeights,
  replaceExact,
  replaceWeights,
  sumCoding,
} from '../shared/method/chain.js';
import { allLiving, livingIn, livingOf, type Living } from '../shared/method/pruning/living.js';
import type { ModelChange, PartSpec } from '../shared/method/method.js';
import {
  codedPart,
  exactCoding,
  PartCoder,
  prefixState,
  stateOf,
  type CodedPart,
} from '../shared/method/part-coder.js';
import { VersionHistory, versionsKept } from '../shared/params/version-history.js';
import { BitSet } from '../shared/params/bitset.js';
import type { Layout } from '../shared/params/layout.js';
import { copyParameters, gatherFloats, type Parameters } from '../shared/params/parameters.js';
import type { HeaderOf } from '../shared/wire/messages.js';
import { livingFor, maskOf, otherValue, zerosOf, type Pruning } from './pruned-link.js';

/** How a client is brought to the present version. */
export interface Delivery {
  readonly header: Omit<HeaderOf<'task'>, 'round' | 'levels'>;
  readonly parts: readonly CodedPart[];
  readonly payloadBytes: number;
}

/** One step of the chain, as it travels. */
export interface Link {
  /** The version that it leads to. */
  readonly version: number;
  readonly parts: readonly CodedPart[];
  /** Which weights it changes; null when it may change them all. */
  readonly support: BitSet | null;
  /** Which weights go with it, ascending. */
  readonly pruned: Uint32Array;
}

export interface DownlinkOptions {
  readonly seed: number;
  readonly send: 'delta' | 'model';
  readonly lattice: number | null;
  readonly coding: Coding;
  readonly specs: readonly PartSpec[];
}

/** All that a checkpoint keeps of the downlink. */
export interface DownlinkState {
  readonly version: number;
  readonly model: Parameters;
  readonly residuals: CodecState;
  readonly links: readonly Link[];
}

const bytesOfParts = (parts: readonly CodedPart[]): number =>
  parts.reduce((sum, { payload }) => sum + payload.length, 0);

/** The chain on the coordinator's side: it makes the links and decides how each client catches up. */
export class Downlink {
  private readonly options: DownlinkOptions;
  /** Layout of the weights, where some are pruned; null where none ever is. */
  private readonly prunes: Layout | null;
  private readonly coder: PartCoder;
  private readonly combinedCoder: PartCoder;
  private readonly wholeCoder: PartCoder;
  private readonly sumCoder: PartCoder;
  /** Weights of earlier versions; null where no sums are sent. */
  private history: VersionHistory | null;
  private state: DownlinkState;
  /** This version's whole model, once it was needed. */
  private whole: Delivery | null = null;
  /** Deliveries of this version, by the version held. */
  private deliveries = new Map<number | null, Delivery>();

  constructor(options: DownlinkOptions, state: DownlinkState) {
    this.options = options;
    this.prunes = options.specs.find(({ coding }) => coding === 'pruned')?.layout ?? null;
    this.coder = new PartCoder(options.specs, options.coding);
    this.combinedCoder = new PartCoder(options.specs, combinedCoding);
    this.wholeCoder = new PartCoder(options.specs, options.send === 'model' ? options.coding : exactCoding);
    this.sumCoder = new PartCoder(options.specs, sumCoding);
    this.state = state;
    this.history = options.lattice === null ? null : this.rebuildHistory();
  }

  /** Whether sums over a step of the chain are exact: its change and the weights after it are on the lattice. */
  private isExact(change: Float32Array, weights: Float32Array): boolean {
    const { lattice } = this.options;
    return lattice !== null && isOnLattice(change, lattice) && isOnLattice(weights, lattice);
  }

  /** Takes back the steps of the chain, as far as its links are kept and on the lattice. */
  private rebuildHistory(): VersionHistory {
    const { version, model, links } = this.state;
    const { specs, seed } = this.options;
    const history = new VersionHistory(model.layout);
    const index = specs.findIndex(({ coding }) => coding === 'codec');
    let weights = gatherFloats(model.layout, model.floats, ['weight']);
    history.set(version, weights);
    for (const { version: after, parts } of links.toReversed()) {
      const change = this.coder.decode(specs[index], parts[index].payload, linkKey(seed, after)) as Float32Array;
      if (!this.isExact(change, weights)) break;
      weights = weights.map((weight, i) => weight - change[i]);
      history.set(after - 1, weights);
    }
    return history;
  }

  /**
   * The chain's beginning. Where whole models are sent, the initial one is coded like every later one, so that it is
   * what clients hold.
   */
  static begin(options: DownlinkOptions, initial: Parameters): Downlink {
    const state = { version: 0, model: initial, residuals: {}, links: [] };
    const downlink = new Downlink(options, state);
    if (options.send === 'model') {
      const zeros = new Float32Array(gatherFloats(initial.layout, initial.floats, ['weight']).length);
      downlink.state = { ...state, version: -1 };
      downlink.advance({ delta: zeros, exact: {} });
    }
    return downlink;
  }

  /** The model that clients hold after catching up; not to be changed. */
  get model(): Parameters {
    return this.state.model;
  }

  get version(): number {
    return this.state.version;
  }

  /** Versions that a host keeps for sums, as the coordinator does. */
  get versionsKept(): number {
    return versionsKept(this.state.model.layout);
  }

  /** Plain data for a checkpoint. */
  snapshot(): DownlinkState {
    return this.state;
  }

  /** Which of the model's weights live; null where none is ever pruned. */
  get living(): Living | null {
    return this.prunes === null ? null : livingOf(this.state.model);
  }

  /** What a payload that begins with no weight pruned says. @param gone those that are, or that went since */
  private fromAll(gone: Float32Array, after: Living): Pruning {
    return { mask: gone, before: allLiving(this.prunes!), after };
  }

  /** Takes weights out of the next model, in place. A link says which go, a whole model which are gone. */
  private prune(model: Parameters, pruned: Uint32Array): Pruning | null {
    if (this.prunes === null) return null;
    const mask = maskOf(this.prunes.floats, pruned);
    pruneWeights(model, mask);
    const weights = gatherFloats(model.layout, model.floats, ['weight']);
    const after = livingIn(this.prunes, weights);
    return this.options.send === 'delta'
      ? { mask, before: this.living!, after }
      : this.fromAll(zerosOf(weights), after);
  }

  /** Codes what a round changed as the chain's next link. @returns the link's coded parts */
  advance(outcome: ModelChange): readonly CodedPart[] {
    const { seed, send, specs } = this.options;
    const version = this.state.version + 1;
    const model = copyParameters(this.state.model);
    const { exact, pruned = new Uint32Array(0) } = outcome;
    const pruning = this.prune(model, pruned);
    const parts: CodedPart[] = [];
    let { residuals } = this.state;
    let support: BitSet | null = null;
    let change: Float32Array | null = null;
    for (const spec of specs) {
      const isWeights = spec.coding === 'codec';
      const value = isWeights ? this.target(outcome.delta) : otherValue(spec, model, pruning, exact);
      const before = stateOf(residuals, spec.name);
      const coded = this.coder.encode(spec, value, linkKey(seed, version), before, {}, livingFor(spec, pruning));
      parts.push(codedPart(coded));
      if (spec.coding === 'exact' || spec.coding === 'integers') replaceExact(model, spec, value);
      if (!isWeights) continue;
      residuals = prefixState(coded.state, spec.name);
      change = coded.decoded() as Float32Array;
      if (send === 'model') replaceWeights(model, change);
      else {
        addToWeights(model, change);
        const positions = coded.support();
        support = positions === null ? null : new BitSet(spec.layout.floats).addAll(positions);
      }
      if (pruning !== null) keepWeightsAlive(model, pruning.after);
    }
    const links = this.trim([...this.state.links, { version, parts, support, pruned }]);
    this.state = { version, model, residuals, links };
    if (this.history !== null && change !== null) this.remember(version, change);
    this.deliveries = new Map();
    this.whole = null;
    return parts;
  }

  /** After a step that is not on the lattice sums begin anew. */
  private remember(version: number, change: Float32Array): void {
    const { layout, floats } = this.state.model;
    const weights = gatherFloats(layout, floats, ['weight']);
    if (!this.isExact(change, weights)) this.history = new VersionHistory(layout);
    this.history?.set(version, weights);
  }

  /** What the codec sees: the change, or the whole new model. */
  private target(delta: Float32Array): Float32Array {
    if (this.options.send === 'delta') return delta;
    const weights = gatherFloats(this.state.model.layout, this.state.model.floats, ['weight']);
    for (let i = 0; i < weights.length; i++) weights[i] += delta[i];
    return weights;
  }

  /** Keeps the newest links that together are no larger than the model: older clients get the model. */
  private trim(links: readonly Link[]): Link[] {
    if (this.options.send === 'model') return links.slice(-1);
    let left = 4 * this.state.model.layout.floats;
    let first = links.length;
    while (first > 0) {
      left -= bytesOfParts(links[first - 1].parts);
      if (left < 0 && first < links.length) break;
      first--;
    }
    return links.slice(first);
  }

  /**
   * The smallest way to bring a client to the present version: the links that it missed, their sum or one combined
   * payload that give the same bits, or the model.
   * @param holds the version that the client holds, null at first contact
   */
  deliver(holds: number | null): Delivery {
    const known = this.deliveries.get(holds);
    if (known !== undefined) return known;
    const delivery = this.options.send === 'model' ? this.wholeModel() : this.smallest(holds);
    this.deliveries.set(holds, delivery);
    return delivery;
  }

  /** Bytes of the whole model, as far as they matter beside the links': of a pruned one only coding it tells. */
  private modelBytes(linkBytes: number): number {
    const { living } = this;
    const least = living === null ? this.wholeCoder.maxBytes : 4 * living.layout.floats;
    return living === null || linkBytes <= least ? least : this.wholeModel().payloadBytes;
  }

  private smallest(holds: number | null): Delivery {
    const from = holds ?? 0;
    const missed = this.state.links.filter(({ version }) => version > from);
    if (missed.length < this.version - from) return this.wholeModel();
    const base = holds === null ? { base: 'seed' as const, seed: this.options.seed } : { base: 'held' as const };
    const links = missed.flatMap(({ parts }) => parts);
    const linkBytes = bytesOfParts(links);
    const model = this.modelBytes(linkBytes);
    const sum = this.sum(from, missed, Math.min(linkBytes, model));
    if (sum !== null) return this.delivery({ ...base, form: 'sum' }, sum);
    const combined = this.combined(missed, Math.min(linkBytes, model));
    if (combined !== null) return this.delivery({ ...base, form: 'combined' }, combined);
    return linkBytes <= model ? this.delivery({ ...base, form: 'links' }, links) : this.wholeModel();
  }

  private delivery(how: Omit<HeaderOf<'task'>, 'round' | 'version' | 'levels'>, parts: readonly CodedPart[]): Delivery {
    return { header: { version: this.version, ...how }, parts, payloadBytes: bytesOfParts(parts) };
  }

  /** The model of an earlier version, for a host that has not built it; null where it is not kept. */
  modelAt(version: number): Parameters | null {
    const weights = this.history?.get(version);
    if (weights === undefined) return null;
    const model = copyParameters(this.state.model);
    replaceWeights(model, weights);
    return model;
  }

  /** What lies between two versions; null where it can't be smaller, or adding it would not give the same bits. */
  private sum(from: number, missed: readonly Link[], limit: number): CodedPart[] | null {
    const before = this.history?.get(from);
    const now = this.history?.get(this.version);
    if (missed.length < 2 || before === undefined || now === undefined) return null;
    const difference = exactDifference(now, before);
    if (difference === null) return null;
    const parts = this.encodeAll(this.sumCoder, difference, null);
    const isLossless = parts.every(({ measures }) => measures.errorEnergy === 0);
    return isLossless && bytesOfParts(parts) < limit ? parts : null;
  }

  /** New values at the union of the missed links' positions; null where that can't be smaller or can't be said. */
  private combined(missed: readonly Link[], limit: number): CodedPart[] | null {
    if (missed.length < 2 || missed.some(({ support }) => support === null)) return null;
    const { layout, floats } = this.state.model;
    const weights = gatherFloats(layout, floats, ['weight']);
    const union = new BitSet(weights.length);
    for (const { support } of missed) union.union(support!);
    const { living } = this;
    if (living === null && 4 * union.count() >= limit) return null;
    const values = new Float32Array(weights.length);
    for (const position of union.positions()) {
      // The payload says nothing of a weight by a zero, so a weight that became zero, but not by pruning, can't travel in it.
      if (weights[position] === 0 && living === null) return null;
      values[position] = weights[position];
    }
    // A host may have come to a later version than its client, and so know of some of the prunings: all are said.
    const gone = maskOf(
      weights.length,
      missed.flatMap(({ pruned }) => [...pruned]),
    );
    const parts = this.encodeAll(this.combinedCoder, values, living === null ? null : this.fromAll(gone, living));
    return bytesOfParts(parts) < limit ? parts : null;
  }

  private wholeModel(): Delivery {
    if (this.whole !== null) return this.whole;
    const { layout, floats } = this.state.model;
    const link = this.state.links.at(-1);
    const { living } = this;
    const weights = gatherFloats(layout, floats, ['weight']);
    const pruning = living === null ? null : this.fromAll(zerosOf(weights), living);
    const parts =
      this.options.send === 'model' && link !== undefined
        ? link.parts
        : this.encodeAll(this.wholeCoder, weights, pruning);
    this.whole = this.delivery({ base: 'nothing', form: 'model' }, parts);
    return this.whole;
  }

  private encodeAll(coder: PartCoder, weights: Float32Array, pruning: Pruning | null): CodedPart[] {
    const key = linkKey(this.options.seed, this.version);
    return this.options.specs.map((spec) => {
      const value = spec.coding === 'codec' ? weights : otherValue(spec, this.state.model, pruning, {});
      return codedPart(coder.encode(spec, value, key, {}, {}, livingFor(spec, pruning)));
    });
  }
}
