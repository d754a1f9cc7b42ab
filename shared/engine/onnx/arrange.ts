import { fromBlocks, toBlocks } from './blocked/blocks.js';
import type { GraphBuilder } from './graph.js';
import type { Emission } from './layers/emitter.js';
import type { Arrangement, Value } from './tape.js';

/* Values on their way from layer to layer: scaled, and arranged in memory as the next layer wants them. */

/** The value itself where its tensor is the value times a factor. */
export const scaled = ({ graph, tape }: Emission, value: Value): Value => {
  if (value.factor === 1) return value;
  const factor = graph.number(value.factor);
  const name = graph.op('Mul', [value.name, factor]);
  tape.record(name, (gradient) => tape.accumulate(value, graph.op('Mul', [gradient, factor])));
  return { ...value, name, factor: 1 };
};

const permutations = { channelsFirst: [0, 3, 1, 2], channelsLast: [0, 2, 3, 1] } as const;

const transposed = (graph: GraphBuilder, name: string, to: 'channelsFirst' | 'channelsLast', value: Value): string => {
  const [height, width, channels] = value.shape;
  // One channel, or one position: the same order in memory, another shape.
  if (channels === 1 || height * width === 1) {
    return to === 'channelsFirst'
      ? graph.reshape(name, -1, channels, height, width)
      : graph.reshape(name, -1, height, width, channels);
  }
  return graph.transpose(name, ...permutations[to]);
};

const moved = (emission: Emission, name: string, value: Value, from: Arrangement, to: Arrangement): string => {
  const { graph, rows, channelBlock } = emission;
  const [height, width, channels] = value.shape;
  const image = { name, rows, channels, height, width };
  if (to === 'blocked') return toBlocks(graph, image, channelBlock);
  if (from === 'blocked') return fromBlocks(graph, image, channelBlock);
  return transposed(graph, name, to, value);
};

/** The value in another arrangement. */
export const arranged = (emission: Emission, value: Value, arrangement: Arrangement): Value => {
  const { tape } = emission;
  const from = value.arrangement;
  if (from === arrangement || value.shape.length !== 3) return value;
  if (from !== 'channelsLast' && arrangement !== 'channelsLast') {
    return arranged(emission, arranged(emission, value, 'channelsLast'), arrangement);
  }
  const name = moved(emission, value.name, value, from, arrangement);
  tape.record(name, (gradient) => {
    if (value.needsGradient) tape.accumulate(value, moved(emission, gradient, value, arrangement, from));
  });
  return { ...value, name, arrangement };
};

/** The value as most layers take it: scaled, channels last. */
export const plainInput = (emission: Emission, value: Value): Value =>
  scaled(emission, arranged(emission, value, 'channelsLast'));
