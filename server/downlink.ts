import type { CodecState } from '../shared/codec/codec.js';
import type { Coding } from '../shared/codec/pipeline.js';
import {
  addToWeights,
  combinedCoding,
  exactDifference,
  exactValue,
  isOnLattice,
  linkKey,
  replaceExact,
  replaceWeights,
  sumCoding,
} from '../shared/method/chain.js';
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
import { copyParameters, gatherFloats, type Parameters } from '../shared/params/parameters.js';
import type { HeaderOf } from '../shared/wire/messages.js';

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
  private readonly coder: PartCoder;
  private readonly combinedCoder: PartCoder;
  private readonly wholeCoder: PartCoder;
  private readonly sumCoder: PartCoder;
  /** Weights of earlier versions; null where no sums are sent. */
  private history: VersionHistory | null;
  private state: DownlinkState;
  /** Deliveries of this version, by the version held. */
  private deliveries = new Map<number | null, Delivery>();

  constructor(options: DownlinkOptions, state: DownlinkState) {
    this.options = options;
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

  /** Codes what a round changed as the chain's next link. @returns the link's coded parts */
  advance(outcome: ModelChange): readonly CodedPart[] {
    const { seed, send, specs } = this.options;
    const version = this.state.version + 1;
    const { layout, floats, counters } = this.state.model;
    const model: Parameters = { layout, floats: floats.slice(), counters: counters.slice() };
    const parts: CodedPart[] = [];
    let { residuals } = this.state;
    let support: BitSet | null = null;
    let change: Float32Array | null = null;
    for (const spec of specs) {
      const isWeights = spec.coding === 'codec';
      const value = isWeights ? this.target(outcome.delta) : (outcome.exact[spec.name] ?? exactValue(model, spec));
      const coded = this.coder.encode(spec, value, linkKey(seed, version), stateOf(residuals, spec.name));
      parts.push(codedPart(coded));
      if (!isWeights) {
        replaceExact(model, spec, value);
        continue;
      }
      residuals = prefixState(coded.state, spec.name);
      change = coded.decoded() as Float32Array;
      if (send === 'model') replaceWeights(model, change);
      else {
        addToWeights(model, change);
        const positions = coded.support();
        support = positions === null ? null : new BitSet(spec.layout.floats).addAll(positions);
      }
    }
    const links = this.trim([...this.state.links, { version, parts, support }]);
    this.state = { version, model, residuals, links };
    if (this.history !== null && change !== null) this.remember(version, change);
    this.deliveries = new Map();
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

  private smallest(holds: number | null): Delivery {
    const model = this.wholeCoder.maxBytes;
    const from = holds ?? 0;
    const missed = this.state.links.filter(({ version }) => version > from);
    if (missed.length < this.version - from) return this.wholeModel();
    const base = holds === null ? { base: 'seed' as const, seed: this.options.seed } : { base: 'held' as const };
    const links = missed.flatMap(({ parts }) => parts);
    const linkBytes = bytesOfParts(links);
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
    const parts = this.encodeAll(this.sumCoder, difference);
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
    if (4 * union.count() >= limit) return null;
    const values = new Float32Array(weights.length);
    for (const position of union.positions()) {
      // The payload says nothing of a weight by a zero, so a weight that became zero can't travel in it.
      if (weights[position] === 0) return null;
      values[position] = weights[position];
    }
    const parts = this.encodeAll(this.combinedCoder, values);
    return bytesOfParts(parts) < limit ? parts : null;
  }

  private wholeModel(): Delivery {
    const { layout, floats } = this.state.model;
    const link = this.state.links.at(-1);
    const parts =
      this.options.send === 'model' && link !== undefined
        ? link.parts
        : this.encodeAll(this.wholeCoder, gatherFloats(layout, floats, ['weight']));
    return this.delivery({ base: 'nothing', form: 'model' }, parts);
  }

  private encodeAll(coder: PartCoder, weights: Float32Array): CodedPart[] {
    const key = linkKey(this.options.seed, this.version);
    return this.options.specs.map((spec) => {
      const value = spec.coding === 'codec' ? weights : exactValue(this.state.model, spec);
      return codedPart(coder.encode(spec, value, key, {}));
    });
  }
}
