import { linkKey } from '../shared/method/chain.js';
import { codedPart, PartCoder } from '../shared/method/part-coder.js';
import { floatsAt } from '../shared/params/parameters.js';
import type { Prepared } from '../shared/scenario/prepare.js';
import { partsByPlace, placeOf } from '../shared/scenario/sub-models.js';
import type { Delivery, Downlink } from './downlink.js';

/**
 * Brings clients to the present version: those with the whole network as the chain does, others with all of their sub-model,
 * cut out of the model that the chain has come to and coded by itself.
 */
export class Deliveries {
  private readonly prepared: Prepared;
  private readonly downlink: Downlink;
  private readonly coders: readonly PartCoder[];
  private readonly known: { version: number; readonly cut: Map<number, Delivery> } = { version: -1, cut: new Map() };

  constructor(prepared: Prepared, downlink: Downlink) {
    this.prepared = prepared;
    this.downlink = downlink;
    const { send: _send, lattice: _lattice, ...coding } = prepared.scenario.downlink;
    this.coders = partsByPlace(prepared).map(({ down }) => new PartCoder(down, coding));
  }

  /** @param holds the version that the client holds, null at first contact */
  deliver(client: number, holds: number | null): Delivery {
    const place = placeOf(this.prepared, client);
    const own = this.prepared.subModels?.all[place];
    if (own === undefined || own.network === this.prepared.network) return this.downlink.deliver(holds);
    const { version } = this.downlink;
    if (version !== this.known.version) {
      this.known.version = version;
      this.known.cut.clear();
    }
    const delivery = this.known.cut.get(place) ?? this.cut(place, own.positions);
    this.known.cut.set(place, delivery);
    return delivery;
  }

  /** Networks with sub-models have weights alone, so a position in the model is one in its weights. */
  private cut(place: number, positions: Uint32Array): Delivery {
    const { version, model } = this.downlink;
    const weights = floatsAt(model.floats, positions);
    const coder = this.coders[place];
    const key = linkKey(this.prepared.scenario.seed, version);
    const parts = coder.specs.map((spec) => codedPart(coder.encode(spec, weights, key, {})));
    const payloadBytes = parts.reduce((sum, { payload }) => sum + payload.length, 0);
    return { header: { version, base: 'nothing', form: 'model' }, parts, payloadBytes };
  }
}
