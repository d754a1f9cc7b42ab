import { errorMap, toProblems } from '../options/issues.js';
import { suggest } from '../options/nearest.js';
import { makeLayout, sizeOf } from '../params/layout.js';
import { CodedError } from '../util/errors.js';
import type { Initializer } from './initializers.js';
import { LayerError, type LayerPlace } from './layer-error.js';
import { layerKinds, layerMacros } from './layers/index.js';
import type { LayerKind, LayerMacro, LayerPlan, LayerTensor, Shape } from './layers/layer-kind.js';
import type { CompiledNetwork, Layer, LayerName, Network, PlacedLayer } from './network.js';

/** A layer as it is written, for code that takes any. */
interface WrittenLayer {
  readonly kind: string;
  readonly name?: string;
  readonly from?: string | readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** A layer in its place in the list, before its shapes are known. */
interface ListedLayer {
  readonly kind: LayerName;
  readonly name: string;
  readonly from: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly where: LayerPlace;
}

const kinds: Readonly<Record<string, LayerKind>> = layerKinds as unknown as Record<string, LayerKind>;
const macros: Readonly<Record<string, LayerMacro>> = layerMacros as unknown as Record<string, LayerMacro>;

const written = ({ kind, name, from, ...options }: Layer): WrittenLayer => ({
  kind,
  ...(name === undefined ? {} : { name }),
  ...(from === undefined ? {} : { from }),
  options,
});

/** Keras's style: `depthwiseConv2d` → `depthwise_conv2d`. */
const snakeCase = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const badLayer = (where: LayerPlace, message: string, hint: string): never => {
  throw new LayerError('model/bad-layer', message, where, hint);
};

/** Adds the layer to the error that one of its parts threw. */
const atLayer = <T>(where: LayerPlace, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    throw new LayerError(error.code, error.message, where, error.hint);
  }
};

/** The options with defaults. @throws CodedError `model/bad-layer` */
const parsed = ({ options }: LayerKind | LayerMacro, given: WrittenLayer['options'], where: LayerPlace) => {
  const result = options.safeParse(given, { error: errorMap });
  if (result.success) return result.data;
  const [{ path, message, hint }] = toProblems(result.error);
  return badLayer(where, `${path.length === 0 ? 'It' : `Its option ${path.join('.')}`} ${message}`, hint);
};

/** Gives every layer its name and inputs, and puts the layers that macros stand for in their place. */
const listLayers = ({ layers }: Network): ListedLayer[] => {
  const used = new Map<string, number>();
  const listed: ListedLayer[] = [];
  const known = new Set(['input']);
  let before = 'input';

  const nameOf = (kind: string): string => {
    const count = used.get(kind) ?? 0;
    used.set(kind, count + 1);
    return count === 0 ? snakeCase(kind) : `${snakeCase(kind)}_${count}`;
  };
  const push = (layer: Omit<ListedLayer, 'from'>, from: readonly string[]): void => {
    if (layer.name === '' || known.has(layer.name)) {
      badLayer(layer.where, `The name '${layer.name}' is empty or taken.`, 'Each layer needs a name of its own.');
    }
    known.add(layer.name);
    listed.push({ ...layer, from });
    before = layer.name;
  };

  for (const [index, layer] of layers.entries()) {
    const { kind, from = before, options, ...given } = written(layer);
    const isKnown = Object.hasOwn(kinds, kind) || Object.hasOwn(macros, kind);
    const name = given.name ?? (isKnown ? nameOf(kind) : undefined);
    const text = `layer ${index + 1} (${kind}${name === undefined ? '' : ` '${name}'`})`;
    const where = { position: index, text };
    if (!isKnown) {
      const hint = suggest(kind, [...Object.keys(kinds), ...Object.keys(macros)]);
      throw new LayerError('model/unknown-layer', `There is no layer kind '${kind}'.`, where, hint);
    }
    const inputs = typeof from === 'string' ? [from] : from;
    const missing = inputs.find((input) => !known.has(input));
    if (missing !== undefined) {
      const message = `It takes its input from '${missing}', which does not come before it.`;
      badLayer(where, message, suggest(missing, [...known]));
    }
    const own = name ?? '';
    if (Object.hasOwn(macros, kind)) {
      const macro = macros[kind];
      for (const [i, step] of macro.expand(parsed(macro, options, where)).entries()) {
        const stepName = `${own}${step.suffix ?? ''}`;
        push(
          {
            kind: step.kind as LayerName,
            name: stepName,
            options: parsed(kinds[step.kind], step.options, where),
            where,
          },
          i === 0 ? inputs : [before],
        );
      }
    } else {
      push({ kind: kind as LayerName, name: own, options: parsed(kinds[kind], options, where), where }, inputs);
    }
  }
  return listed;
};

const checkInput = ({ name, input, classes, layers }: Network): void => {
  const positive = (n: number): boolean => Number.isSafeInteger(n) && n > 0;
  const where = `network '${name}'`;
  if (input.length === 0 || !input.every(positive)) {
    throw new CodedError('model/bad-shape', `The input shape [${input.join(', ')}] is no list of positive integers.`, {
      where,
    });
  }
  if (!positive(classes) || layers.length === 0) {
    const message = `A network has layers and classes, this one ${layers.length} and ${classes}.`;
    throw new CodedError('model/bad-layer', message, { where });
  }
};

const checkOutput = ({ classes }: Network, { where, options }: ListedLayer, outputShape: Shape): void => {
  if (outputShape.length !== 1 || outputShape[0] !== classes) {
    const hint = `It must give one logit for each of the ${classes} classes.`;
    throw new LayerError('model/bad-shape', `The last layer gives [${outputShape.join(', ')}].`, where, hint);
  }
  if ('activation' in options && options['activation'] !== 'linear') {
    const message = `The last layer has the activation ${String(options['activation'])}.`;
    badLayer(where, message, 'Logits are linear; the loss applies the softmax.');
  }
};

/** A value that no layer takes, other than the last one's, would be computed for nothing. */
const checkUsed = (listed: readonly ListedLayer[]): void => {
  const used = new Set(listed.flatMap(({ from }) => from));
  for (const { name, where } of listed.slice(0, -1)) {
    if (!used.has(name)) badLayer(where, 'No layer takes its value.', 'Name it in the `from` of a later layer.');
  }
};

const planLayer = ({ kind, options, where }: ListedLayer, inputShapes: readonly Shape[]): LayerPlan => {
  const { takes, plan } = kinds[kind];
  if (takes === 'one' ? inputShapes.length !== 1 : inputShapes.length < 2) {
    const wanted = takes === 'one' ? 'one value' : 'two values or more';
    badLayer(where, `It takes ${wanted}, ${inputShapes.length} come in.`, 'Name them in `from`.');
  }
  return atLayer(where, () => plan(options, inputShapes));
};

/** 1 GiB of float32: a message of at most 2 GiB then holds two vectors of the model's size. */
const mostParameters = 2 ** 28 - 1;

const checkSize = ({ name }: Network, parameters: number, { where }: ListedLayer): void => {
  if (parameters <= mostParameters) return;
  const message = `The network '${name}' has ${parameters} parameters up to this layer.`;
  throw new LayerError('model/too-large', message, where, `At most ${mostParameters} fit, 1 GiB as float32.`);
};

export interface Compilation {
  readonly compiled: CompiledNetwork;
  /** How each tensor of the layout gets its first values. */
  readonly initializers: ReadonlyMap<string, Initializer>;
}

/**
 * Computes shapes, layout, FLOPs and initializers of a network.
 * @throws CodedError `model/unknown-layer`, `model/bad-shape`, `model/bad-layer`, `model/too-large`, each naming the layer
 */
const compile = (network: Network): Compilation => {
  checkInput(network);
  const listed = listLayers(network);
  const shapes = new Map<string, Shape>([['input', network.input]]);
  const tensors: LayerTensor[] = [];
  let parameters = 0;
  const layers = listed.map((layer): PlacedLayer => {
    const inputShapes = layer.from.map((name) => shapes.get(name) ?? []);
    const plan = planLayer(layer, inputShapes);
    const own = plan.tensors.map((tensor) => ({ ...tensor, name: `${layer.name}/${tensor.name}` }));
    parameters += own.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    checkSize(network, parameters, layer);
    tensors.push(...own);
    shapes.set(layer.name, plan.outputShape);
    const names = Object.fromEntries(plan.tensors.map(({ name }, i) => [name, own[i].name]));
    const { kind, name, from, options } = layer;
    const { outputShape, flops } = plan;
    return { kind, name, from, options, inputShapes, outputShape, tensors: names, flops } as unknown as PlacedLayer;
  });
  checkUsed(listed);
  const last = listed.length - 1;
  checkOutput(network, listed[last], layers[last].outputShape);
  const flops = layers.reduce((sum, layer) => sum + layer.flops, 0);
  return {
    compiled: { network, layers, layout: makeLayout(tensors), flops },
    initializers: new Map(tensors.map(({ name, initializer }) => [name, initializer])),
  };
};

/**
 * Computes shapes, layout and FLOPs of a network, once for every user of it.
 * @throws CodedError `model/unknown-layer`, `model/bad-shape`, `model/bad-layer`, `model/too-large`, each naming the layer
 */
export const compileNetwork = (network: Network): CompiledNetwork => compile(network).compiled;

/** How each tensor of a network gets its first values, by its name in the layout. */
export const initializersOf = (network: Network): ReadonlyMap<string, Initializer> => compile(network).initializers;
