import type { LayerName, PlacedLayer } from '../../../shared/models/network.js';

/** The values of a batch: one array an example, in the order in which a tensor of that shape is stored. */
export type Rows = readonly Float64Array[];

/** What a layer has to do with in training only. */
export interface ReferenceTraining {
  /** 1/n each: rows of weight 0 are not there at all. */
  readonly weights: readonly number[];
  /** Keep-masks of a dropout layer, one a row. */
  keep(layer: string): readonly Uint8Array[];
  setBuffer(name: string, values: Float64Array): void;
}

export interface ReferenceRun {
  /** The tensor of that name in the layout. */
  parameter(name: string): Float64Array;
  /** Null where only the forward pass runs. */
  readonly training: ReferenceTraining | null;
}

/** One kind of layer in plain float64, written for clarity. @param inputs of all values that it takes */
export type ReferenceLayer<K extends LayerName> = (
  run: ReferenceRun,
  placed: PlacedLayer<K>,
  inputs: readonly Rows[],
) => Rows;

/** A value of every position of an output, from an image's. @param shape [height, width, channels] */
export const image = (
  [height, width, channels]: readonly number[],
  value: (y: number, x: number, channel: number) => number,
): Float64Array => {
  const values = new Float64Array(height * width * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < channels; channel++) values[at++] = value(y, x, channel);
    }
  }
  return values;
};

/** Reads an image; null outside it. */
export const pixels =
  (values: Float64Array, [height, width, channels]: readonly number[]) =>
  (y: number, x: number, channel: number): number | null =>
    y < 0 || y >= height || x < 0 || x >= width ? null : values[(y * width + x) * channels + channel];
