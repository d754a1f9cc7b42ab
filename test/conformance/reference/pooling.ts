import { poolingWindow } from '../../../shared/models/layers/window.js';
import type { PlacedLayer } from '../../../shared/models/network.js';
import { image, pixels, type ReferenceLayer, type Rows } from './layer.js';

/** Puts together the values of each window that lie on the image. */
const pool = (
  { options, inputShapes, outputShape }: PlacedLayer<'maxPooling2d' | 'averagePooling2d'>,
  rows: Rows,
  combine: (values: readonly number[]) => number,
): Rows => {
  const [vertical, horizontal] = poolingWindow(inputShapes[0], options);
  return rows.map((row) => {
    const pixel = pixels(row, inputShapes[0]);
    return image(outputShape, (y, x, channel) => {
      const values: number[] = [];
      for (let i = 0; i < vertical.size; i++) {
        for (let j = 0; j < horizontal.size; j++) {
          const [inputY, inputX] = [
            y * vertical.stride - vertical.before + i,
            x * horizontal.stride - horizontal.before + j,
          ];
          const value = pixel(inputY, inputX, channel);
          if (value !== null) values.push(value);
        }
      }
      return combine(values);
    });
  });
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export const maxPooling2d: ReferenceLayer<'maxPooling2d'> = (_run, placed, [rows]) =>
  pool(placed, rows, (values) => Math.max(...values));

export const averagePooling2d: ReferenceLayer<'averagePooling2d'> = (_run, placed, [rows]) => pool(placed, rows, mean);

export const globalAveragePooling2d: ReferenceLayer<'globalAveragePooling2d'> = (_run, { outputShape }, [rows]) => {
  const [channels] = outputShape;
  return rows.map((row) => {
    const means = new Float64Array(channels);
    row.forEach((value, i) => {
      means[i % channels] += (value * channels) / row.length;
    });
    return means;
  });
};
