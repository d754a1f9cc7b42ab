import { shiftsOf } from '../../../models/layers/shift.js';
import { arranged } from '../arrange.js';
import { integer, integers } from '../graph.js';
import type { LayerEmitter } from './emitter.js';

/** A convolution of each channel by itself, with a kernel that is 1 at one tap. */
export const shift: LayerEmitter<'shift'> = {
  kind: 'shift',
  emit: (emission, { options: { kernelSize: size } }, [given]) => {
    const { graph, tape } = emission;
    const input = arranged(emission, given, 'channelsFirst');
    const channels = input.shape[2];
    const reach = (size - 1) / 2;
    /** @param direction 1: as the layer moves, −1: back */
    const moved = (value: string, direction: 1 | -1): string => {
      const kernels = shiftsOf(channels, size).flatMap(([down, right]) => {
        const tap = (reach - direction * down) * size + (reach - direction * right);
        return Array.from({ length: size * size }, (_, i) => (i === tap ? 1 : 0));
      });
      return graph.op('Conv', [value, graph.floats([channels, 1, size, size], kernels)], {
        kernel_shape: integers(size, size),
        pads: integers(reach, reach, reach, reach),
        group: integer(channels),
      });
    };
    const name = moved(input.name, 1);
    tape.record(name, (gradient) => {
      if (input.needsGradient) tape.accumulate(input, moved(gradient, -1));
    });
    return { ...input, name };
  },
};
