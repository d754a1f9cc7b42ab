import { compileNetwork } from '../../models/compile.js';
import type { CompiledNetwork, Layer, PlacedLayer } from '../../models/network.js';
import { makeLayout, sizeOf, type PlacedTensor } from '../../params/layout.js';
import { tensorFloats, zeroParameters, type Parameters } from '../../params/parameters.js';
import { CodedError } from '../../util/errors.js';
import type { CompressedModel } from '../model.js';

type Normalization = PlacedLayer<'batchNormalization'>;

/** Names of the layers before the teacher's own. */
const bank = { images: 'bank', shape: 'bank_shape', values: 'bank_values' } as const;

/** A teacher that looks at images of a bank, which are what is trained. */
export interface BankNetwork {
  /** It takes an image's number; only `bank/embeddings` [images, values of an image] is trained. */
  readonly network: CompiledNetwork;
  readonly images: PlacedTensor;
  readonly parameters: Parameters;
  /** The teacher's batch normalizations. */
  readonly normalizations: readonly Normalization[];
}

/** @throws CodedError `compression/impossible` */
const refuse = (teacher: CompressedModel, message: string): never => {
  throw new CodedError('compression/impossible', message, {
    where: `network '${teacher.network.network.name}'`,
    hint: 'Distil with the training examples: response, relation, feature or online.',
  });
};

/** As a layer is in inference: training would take a batch's own statistics, and drop values. */
const atRest = (placed: PlacedLayer, teacher: CompressedModel): Layer => {
  const { kind, name, options, outputShape } = placed;
  const from = placed.from.map((one) => (one === 'input' ? bank.values : one));
  if (kind === 'dropout') return { kind: 'activation', activation: 'linear', name, from };
  if (kind === 'embedding') return refuse(teacher, `Its layer '${name}' looks up tokens, which no gradient reaches.`);
  if (kind !== 'batchNormalization') return { ...options, kind, name, from } as unknown as Layer;
  if (outputShape.length === 3) return { kind: 'depthwiseConv2d', kernelSize: 1, name, from };
  return refuse(teacher, `Its layer '${name}' normalizes vectors, not images.`);
};

/** γ/√(σ² + ε) and β − μ · that: the linear function that a batch normalization is in inference. */
const linear = ({ tensors, options }: Normalization, tensor: (name: string) => Float32Array) => {
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((name) =>
    tensor(tensors[name]),
  );
  const slope = gamma.map((value, i) => value / Math.sqrt(variance[i] + options.epsilon));
  return { slope, shift: beta.map((value, i) => value - mean[i] * slope[i]) };
};

const copy = (teacher: CompressedModel, { layers, layout }: CompiledNetwork): Parameters => {
  const parameters = zeroParameters(layout);
  const places = new Map(layout.tensors.map((tensor) => [tensor.name, tensor.offset]));
  const tensorOf = (name: string): Float32Array =>
    tensorFloats(teacher.network.layout, teacher.parameters.floats, name);
  const put = (name: string, values: Float32Array): void => parameters.floats.set(values, places.get(name));
  for (const placed of layers) {
    const before = teacher.network.layers.find(({ name }) => name === placed.name);
    if (before === undefined) continue;
    if (before.kind === 'batchNormalization') {
      const { slope, shift } = linear(before, tensorOf);
      put(placed.tensors['kernel'], slope);
      put(placed.tensors['bias'], shift);
    } else {
      for (const [short, name] of Object.entries(placed.tensors)) put(name, tensorOf(before.tensors[short]));
    }
  }
  return parameters;
};

/**
 * A teacher whose input is what a bank holds: an embedding that looks up an image by its number, a function that keeps it in
 * range, and the teacher's layers, frozen, as they are in inference. A step of training then changes the images alone, along
 * the gradient at the network's input.
 * @param images how many the bank holds
 * @param range between what values an input lies: 0 and 1, or anywhere
 * @throws CodedError `compression/impossible` for a teacher of tokens
 */
export const bankNetwork = (teacher: CompressedModel, images: number, range: 'unit' | 'any'): BankNetwork => {
  const { network: own, layers } = teacher.network;
  const size = sizeOf(own.input);
  const compiled = compileNetwork({
    name: `${own.name} on a bank of images`,
    input: [1],
    classes: own.classes,
    layers: [
      { kind: 'embedding', name: bank.images, inputDim: images, outputDim: size },
      { kind: 'reshape', name: bank.shape, targetShape: [...own.input] },
      { kind: 'activation', name: bank.values, activation: range === 'unit' ? 'sigmoid' : 'linear' },
      ...layers.map((placed) => atRest(placed, teacher)),
    ],
  });
  const bankTensor = `${bank.images}/embeddings`;
  const layout = makeLayout(
    compiled.layout.tensors.map((tensor) => ({ ...tensor, role: tensor.name === bankTensor ? 'weight' : 'frozen' })),
  );
  const network = { ...compiled, layout };
  return {
    network,
    images: layout.tensors.find(({ name }) => name === bankTensor) as PlacedTensor,
    parameters: copy(teacher, network),
    normalizations: layers.filter((placed): placed is Normalization => placed.kind === 'batchNormalization'),
  };
};
