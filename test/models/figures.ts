/**
 * A layer's weights and its multiply-accumulates for one example, worked out by hand: each a sum of products. Layers
 * without weights have neither.
 */
export type LayerFigures = readonly [weights: number, products: number];

export interface ModelFigures {
  readonly model: string;
  readonly inputShape: readonly number[];
  /** 10 unless it says otherwise. */
  readonly classes?: number;
  readonly layers: readonly LayerFigures[];
  /** Where a paper or a well-known table says it. */
  readonly parameters?: number;
}

/** Scale and shift of each channel; normalization is counted as no operation. */
export const normalized = (channels: number): LayerFigures => [channels + channels, 0];
