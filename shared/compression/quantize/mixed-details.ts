/** A point of the trade-off between bits and loss. */
export interface TradeOff {
  /** In the mean over what the budget names. */
  readonly bits: number;
  /** Mean cross-entropy on examples that are held out, nats, weights quantized alone. */
  readonly loss: number;
}

/** What mixed precision leaves behind besides its model. */
export interface MixedDetails {
  readonly kind: 'mixed';
  readonly budget: 'size' | 'flops';
  /** What the budget came to. */
  readonly meanBits: number;
  /** Of the bits that were chosen, as in the trade-off. */
  readonly loss: number;
  /** What the loss rises by, as far as layers add up. */
  readonly predictedRise: number;
  /** Bits of each layer by reverse water-filling. */
  readonly waterFilling: readonly number[];
  readonly layers: readonly { readonly name: string; readonly bits: number; readonly rises: readonly number[] }[];
  /** Some points of the way from 8 bits everywhere to 2, by falling bits. */
  readonly tradeOff: readonly TradeOff[];
}
