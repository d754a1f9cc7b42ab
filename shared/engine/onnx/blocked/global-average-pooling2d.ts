import { arranged, scaled } from '../arrange.js';
import type { FastEmitter } from '../layers/emitter.js';
import type { ChannelBlock, Value } from '../tape.js';
import { blockedOp } from './blocks.js';

/** The mean of each channel: one position in blocks is the channels in order. */
export const blockedGlobalAveragePooling2d = (block: ChannelBlock): FastEmitter<'globalAveragePooling2d'> => ({
  kind: 'globalAveragePooling2d',
  suits: ({ inputShapes }) => inputShapes[0][2] % block === 0,
  emit: (emission, { outputShape }, [given]) => {
    const { graph, tape, rows } = emission;
    const input = scaled(emission, arranged(emission, given, 'blocked'));
    const [height, width, channels] = input.shape;
    const positions = height * width;
    const name = graph.reshape(blockedOp(graph, 'GlobalAveragePool', [input.name]), rows, channels);
    const output: Value = { ...input, name, shape: outputShape, arrangement: 'channelsLast' };
    tape.record(name, (gradient) => {
      if (!input.needsGradient) return;
      const each = graph.op('Mul', [gradient, graph.number(1 / positions)]);
      const spread = graph.op('Mul', [
        graph.reshape(each, (rows * channels) / block, 1, block),
        graph.ones(1, positions, 1),
      ]);
      tape.accumulate(input, graph.reshape(spread, rows, channels, height, width));
    });
    return output;
  },
});
