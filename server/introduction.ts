import { encodePublicSet } from '../shared/data/public-set.js';
import type { CodedPart } from '../shared/method/part-coder.js';
import type { Prepared } from '../shared/scenario/prepare.js';
import type { Delivery } from './downlink.js';

/** What clients are sent once, with their first task: the public examples, where the method needs them there. */
export class Introduction {
  private readonly prepared: Prepared;
  private readonly isSent: boolean;
  private part: Promise<CodedPart> | null = null;
  /** Clients that are at the same version share a delivery, and so a message. */
  private readonly completed = new WeakMap<Delivery, Delivery>();

  constructor(prepared: Prepared) {
    this.prepared = prepared;
    const { method, publicSet, scenario } = prepared;
    this.isSent =
      publicSet !== null && scenario.dataset.public?.send === true && method.publicLearning?.atClients === true;
  }

  private async publicPart(): Promise<CodedPart> {
    const examples = this.prepared.publicSet!;
    const payload = await encodePublicSet(examples);
    const bytes = payload.length;
    const measures = {
      payloadBytes: bytes,
      valueBytes: bytes,
      naiveBytes: examples.inputs.byteLength,
      entropyBytes: null,
      inputEnergy: 0,
      errorEnergy: 0,
      freshEnergy: 0,
      freshErrorEnergy: 0,
    };
    return { name: 'public', payload, measures };
  }

  /**
   * A delivery with all that a client needs.
   * @param holds the version that the client holds, null at first contact
   */
  async complete(delivery: Delivery, holds: number | null): Promise<Delivery> {
    if (!this.isSent || holds !== null) return delivery;
    this.part ??= this.publicPart();
    const part = await this.part;
    const known = this.completed.get(delivery);
    if (known !== undefined) return known;
    const complete: Delivery = {
      header: { ...delivery.header, publicExamples: this.prepared.publicSet!.count },
      parts: [...delivery.parts, part],
      payloadBytes: delivery.payloadBytes + part.payload.length,
    };
    this.completed.set(delivery, complete);
    return complete;
  }
}
