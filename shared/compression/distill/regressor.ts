import { layerKinds } from '../../models/layers/index.js';
import type { CompiledNetwork, PlacedLayer } from '../../models/network.js';
import { makeLayout } from '../../params/layout.js';
import type { RandomStream } from '../../util/random.js';

/** A student with a layer more, which makes values of one of its layers comparable with a teacher's. */
export interface WithRegressor {
  /** Its parameters are the student's, then the regressor's. */
  readonly network: CompiledNetwork;
  /** The regressor's name. */
  readonly layer: string;
  /** The student's parameters with first values of the regressor's. */
  extend(student: Float32Array, stream: RandomStream): Float32Array;
}

const freeName = ({ layers }: CompiledNetwork): string => {
  const taken = new Set(layers.map(({ name }) => name));
  let name = 'regressor';
  while (taken.has(name)) name += '_';
  return name;
};

/** A 1 × 1 convolution of an image, a dense layer of a vector. */
const planOf = (from: PlacedLayer, channels: number) => {
  if (from.outputShape.length === 3) {
    const options = layerKinds.conv2d.options.parse({ filters: channels, kernelSize: 1 });
    return { kind: 'conv2d', options, ...layerKinds.conv2d.plan(options, [from.outputShape]) } as const;
  }
  const options = layerKinds.dense.options.parse({ units: channels });
  return { kind: 'dense', options, ...layerKinds.dense.plan(options, [from.outputShape]) } as const;
};

/**
 * Puts a linear layer beside the network, of which the logits do not depend (the regressor of FitNets, Romero et al., ICLR
 * 2015, section 2.2).
 * @param from a hidden layer. @param channels of the teacher's layer
 */
export const withRegressor = (student: CompiledNetwork, from: PlacedLayer, channels: number): WithRegressor => {
  const name = freeName(student);
  const { kind, options, tensors: planned, outputShape, flops } = planOf(from, channels);
  const placed = {
    kind,
    name,
    options,
    from: [from.name],
    inputShapes: [from.outputShape],
    outputShape,
    tensors: Object.fromEntries(planned.map((tensor) => [tensor.name, `${name}/${tensor.name}`])),
    flops,
  } as PlacedLayer;
  const layout = makeLayout([
    ...student.layout.tensors,
    ...planned.map(({ shape, role, name: short }) => ({ name: `${name}/${short}`, shape, role })),
  ]);
  const place = student.layers.indexOf(from) + 1;
  return {
    network: {
      ...student,
      layers: student.layers.toSpliced(place, 0, placed),
      layout,
      flops: student.flops + flops,
    },
    layer: name,
    extend: (own, stream) => {
      const floats = new Float32Array(layout.floats);
      floats.set(own);
      for (const [i, { initializer, shape }] of planned.entries()) {
        const { offset, size } = layout.tensors[student.layout.tensors.length + i];
        initializer(floats.subarray(offset, offset + size), shape, stream);
      }
      return floats;
    },
  };
};
