import { sizeOf } from '../../../params/layout.js';
import { arranged, scaled } from '../arrange.js';
import { integer } from '../graph.js';
import type { Value } from '../tape.js';
import type { LayerEmitter } from './emitter.js';

/**
 * The channels one after the other. Where they come before the positions, or in blocks, the values of an example lie
 * one after the other already; else they are put together position by position.
 */
export const concatenate: LayerEmitter<'concatenate'> = {
  kind: 'concatenate',
  emit: (emission, { outputShape }, given) => {
    const { graph, tape } = emission;
    const isImage = outputShape.length === 3;
    const together = given.every(({ arrangement }) => arrangement === 'blocked') ? 'blocked' : 'channelsFirst';
    const inputs = given.map((value) => scaled(emission, isImage ? arranged(emission, value, together) : value));
    const flat = ({ name, shape }: Value): string => (isImage ? graph.reshape(name, -1, sizeOf(shape)) : name);
    const tensorShape = ([height, width, channels]: readonly number[]): number[] => [channels, height, width];
    const all = graph.concat(inputs.map(flat), -1);
    const name = isImage ? graph.reshape(all, -1, ...tensorShape(outputShape)) : all;
    const needsGradient = inputs.some((input) => input.needsGradient);
    tape.record(name, (gradient) => {
      const whole = isImage ? graph.reshape(gradient, -1, sizeOf(outputShape)) : gradient;
      const sizes = inputs.map(({ shape }) => (isImage ? sizeOf(shape) : shape[shape.length - 1]));
      const parts = graph.many(sizes.length, 'Split', [whole, graph.vector(...sizes)], { axis: integer(-1) });
      inputs.forEach((input, i) =>
        tape.accumulate(input, isImage ? graph.reshape(parts[i], -1, ...tensorShape(input.shape)) : parts[i]),
      );
    });
    return { ...inputs[0], name, shape: outputShape, needsGradient };
  },
};
