import { image, pixels, type ReferenceLayer } from './layer.js';

/* Layers that put values elsewhere, add them or drop them. */

export const flatten: ReferenceLayer<'flatten'> = (_run, _placed, [rows]) => rows;

export const reshape: ReferenceLayer<'reshape'> = (_run, _placed, [rows]) => rows;

export const add: ReferenceLayer<'add'> = (_run, _placed, inputs) =>
  inputs[0].map((row, i) => row.map((_, at) => inputs.reduce((sum, rows) => sum + rows[i][at], 0)));

export const concatenate: ReferenceLayer<'concatenate'> = (_run, { inputShapes, outputShape }, inputs) => {
  const extents = inputShapes.map((shape) => shape[shape.length - 1]);
  const positions = outputShape.slice(0, -1).reduce((product, extent) => product * extent, 1);
  return inputs[0].map((_, i) =>
    Float64Array.from(
      Array.from({ length: positions }, (_p, position) =>
        inputs.flatMap((rows, k) => [...rows[i].subarray(position * extents[k], (position + 1) * extents[k])]),
      ).flat(),
    ),
  );
};

/** Channel g · n + j of [groups, n] becomes channel j · groups + g. */
export const channelShuffle: ReferenceLayer<'channelShuffle'> = (_run, { options, outputShape }, [rows]) => {
  const channels = outputShape[outputShape.length - 1];
  const n = channels / options.groups;
  return rows.map((row) => {
    const shuffled = new Float64Array(row.length);
    for (const [at, value] of row.entries()) {
      const channel = at % channels;
      shuffled[at - channel + (channel % n) * options.groups + Math.floor(channel / n)] = value;
    }
    return shuffled;
  });
};

/** Channel c moves to the position of the window numbered ⌊c / ⌊channels / size²⌋⌋; those left over stay. */
export const shift: ReferenceLayer<'shift'> = (_run, { options, outputShape }, [rows]) => {
  const size = options.kernelSize;
  const each = Math.floor(outputShape[2] / size ** 2);
  return rows.map((row) => {
    const pixel = pixels(row, outputShape);
    return image(outputShape, (y, x, channel) => {
      const stays = channel >= each * size ** 2;
      const tap = stays ? (size ** 2 - 1) / 2 : Math.floor(channel / each);
      const [down, right] = [Math.floor(tap / size) - (size - 1) / 2, (tap % size) - (size - 1) / 2];
      return pixel(y - down, x - right, channel) ?? 0;
    });
  });
};

export const dropout: ReferenceLayer<'dropout'> = ({ training }, { name, options }, [rows]) => {
  if (training === null) return rows;
  const keep = training.keep(name);
  return rows.map((row, i) => row.map((value, at) => (keep[i][at] === 1 ? value / (1 - options.rate) : 0)));
};
