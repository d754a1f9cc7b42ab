import { makeLayout } from '../params/layout.js';
import { CodedError } from '../util/errors.js';
import { layerKinds } from './layers/index.js';
import type { LayerKind, LayerPlan } from './layers/layer-kind.js';
import type { CompiledNetwork, Layer, Network, PlacedLayer } from './network.js';

/** How messages call a layer: `layer 3 (dense 'dense_1')`. */
export const describeLayer = (layer: Layer, index: number): string =>
  `layer ${index + 1} (${layer.kind}${'name' in layer ? ` '${layer.name}'` : ''})`;

/**
 * What a layer's input shape makes of it.
 * @throws CodedError `model/unknown-layer`, `model/bad-shape`, `model/bad-layer`, each naming the layer
 */
export const planLayer = (layer: Layer, index: number, inputShape: readonly number[]): LayerPlan => {
  const where = describeLayer(layer, index);
  if (!Object.hasOwn(layerKinds, layer.kind)) {
    const hint = `Known: ${Object.keys(layerKinds).join(', ')}.`;
    throw new CodedError('model/unknown-layer', `There is no layer kind '${layer.kind}'.`, { where, hint });
  }
  try {
    return (layerKinds[layer.kind] as LayerKind<Layer['kind']>).plan(layer, inputShape);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    throw new CodedError(error.code, error.message, {
      where,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
};

const checkInput = ({ name, input, classes, layers }: Network): void => {
  const positive = (n: number): boolean => Number.isSafeInteger(n) && n > 0;
  if (input.length === 0 || !input.every(positive)) {
    throw new CodedError('model/bad-shape', `The input shape [${input.join(', ')}] is no list of positive integers.`, {
      where: `network '${name}'`,
    });
  }
  if (!positive(classes) || layers.length === 0) {
    throw new CodedError(
      'model/bad-layer',
      `A network has layers and classes, this one ${layers.length} and ${classes}.`,
      {
        where: `network '${name}'`,
      },
    );
  }
};

const checkOutput = ({ layers, classes }: Network, outputShape: readonly number[]): void => {
  const last = layers.length - 1;
  const layer = layers[last];
  const where = describeLayer(layer, last);
  if (outputShape.length !== 1 || outputShape[0] !== classes) {
    throw new CodedError('model/bad-shape', `The last layer gives [${outputShape.join(', ')}].`, {
      where,
      hint: `It must give one logit for each of the ${classes} classes.`,
    });
  }
  if ('activation' in layer && layer.activation !== 'linear') {
    throw new CodedError('model/bad-layer', `The last layer has the activation ${layer.activation}.`, {
      where,
      hint: 'Logits are linear; the loss applies the softmax.',
    });
  }
};

const checkNames = (layers: readonly Layer[]): void => {
  const seen = new Set<string>();
  for (const [index, layer] of layers.entries()) {
    if (!('name' in layer)) continue;
    if (layer.name === '' || seen.has(layer.name)) {
      throw new CodedError('model/bad-layer', `The name '${layer.name}' is empty or taken.`, {
        where: describeLayer(layer, index),
        hint: 'Each layer with parameters needs a name of its own.',
      });
    }
    seen.add(layer.name);
  }
};

/**
 * Computes shapes, layout and FLOPs of a network, once for every user of it.
 * @throws CodedError `model/unknown-layer`, `model/bad-shape`, `model/bad-layer`, each naming the layer
 */
export const compileNetwork = (network: Network): CompiledNetwork => {
  checkInput(network);
  let shape = network.input;
  const placed = network.layers.map((layer, index) => {
    const { outputShape, tensors, flops } = planLayer(layer, index, shape);
    const entry = { layer, inputShape: shape, outputShape, tensors: tensors.map(({ name }) => name), flops };
    shape = outputShape;
    return { entry, tensors };
  });
  checkNames(network.layers);
  checkOutput(network, shape);
  const layers: PlacedLayer[] = placed.map(({ entry }) => entry);
  const layout = makeLayout(placed.flatMap(({ tensors }) => tensors));
  return { network, layers, layout, flops: layers.reduce((sum, { flops }) => sum + flops, 0) };
};
