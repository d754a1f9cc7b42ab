import { shiftsOf } from '../../../models/layers/shift.js';
import type { LayerRunner } from './runner.js';

/** Channels with the same way are cut out of the padded image together. */
export const shift: LayerRunner<'shift'> = {
  kind: 'shift',
  run: ({ tf }, { options: { kernelSize }, outputShape }, [input]) => {
    const [height, width, channels] = outputShape;
    const reach = (kernelSize - 1) / 2;
    const padded = tf.pad(input, [
      [0, 0],
      [reach, reach],
      [reach, reach],
      [0, 0],
    ]);
    const ways = shiftsOf(channels, kernelSize);
    const parts = [];
    for (let first = 0; first < channels;) {
      const way = ways[first];
      let end = first;
      while (end < channels && ways[end].join() === way.join()) end++;
      const start = [0, reach - way[0], reach - way[1], first];
      parts.push(tf.slice(padded, start, [-1, height, width, end - first]));
      first = end;
    }
    return tf.concat(parts, 3);
  },
};
