import type { Dataset } from '../../../shared/data/dataset.js';
import type { Engine } from '../../../shared/engine/engine.js';
import { uncompressed, type CompressedModel } from '../../../shared/compression/model.js';
import type { CompressionWarning } from '../../../shared/compression/workbench.js';
import { Workbench } from '../../../shared/compression/workbench.js';
import { normalizations } from '../../../shared/models/blocks/normalization.js';
import { models } from '../../../shared/models/catalogue/index.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import type { CompiledNetwork, Layer } from '../../../shared/models/network.js';
import { sizeOf } from '../../../shared/params/layout.js';
import { RandomStream } from '../../../shared/util/random.js';
import { forward } from '../../conformance/reference/network.js';
import { makeInputs, makeParameters } from '../../conformance/inputs.js';

/** A network of layers for small images, with parameters of which none is special. */
export const modelOf = (layers: readonly Layer[], input: readonly number[] = [8, 8, 2], classes = 4): CompressedModel =>
  withParameters(compileNetwork({ name: 'test', input, layers, classes }));

export const withParameters = (network: CompiledNetwork, seed = 5): CompressedModel =>
  uncompressed(network, {
    layout: network.layout,
    floats: makeParameters(network, seed),
    counters: new BigInt64Array(network.layout.counters),
  });

/** Every model of the catalogue, small, with every normalization that it can have. */
export const catalogue: readonly (readonly [title: string, network: CompiledNetwork])[] = models.all
  .filter(({ name }) => name !== 'layers')
  .flatMap((model) => {
    const isText = model.name === 'chars';
    const width = model.name === 'resnet8' || isText || !('width' in model.options.shape) ? {} : { width: 0.25 };
    const all = 'normalization' in model.options.shape ? normalizations : [null];
    return all.map((normalization) => {
      const options = model.options.parse({ ...width, ...(normalization === null ? {} : { normalization }) });
      const shape = { inputShape: isText ? [12] : [28, 28, 1], classes: isText ? 12 : 10 };
      const title = normalization === null ? model.name : `${model.name}, ${normalization}`;
      return [title, compileNetwork(model.build(shape, options))] as const;
    });
  });

/** Logits of random inputs, in float64. */
export const logitsOf = ({ network, parameters }: CompressedModel, examples = 2): Float64Array => {
  const { input, layers, name } = network.network;
  const stream = new RandomStream({ seed: 3, purpose: 'inputs' });
  const isText = layers[0].kind === 'embedding' || name === 'chars';
  const rows = Array.from({ length: examples }, () =>
    Float64Array.from({ length: sizeOf(input) }, () => (isText ? stream.below(12) : stream.normal())),
  );
  const { logits } = forward(network, parameters.floats, rows, { training: null });
  return Float64Array.from(logits.flatMap((row) => [...row]));
};

export const largestDifference = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), a.length === b.length ? 0 : Infinity);

export interface TestBench {
  readonly bench: Workbench;
  readonly warnings: CompressionWarning[];
}

/** A workbench on examples with a rule that small networks learn. */
export const benchOf = (engine: Engine, inputShape: readonly number[] = [8, 8, 2], classes = 4): TestBench => {
  const warnings: CompressionWarning[] = [];
  const examples = (count: number) => makeInputs({ inputShape, classes, form: 'floats', count });
  const dataset: Dataset = {
    name: 'test',
    inputShape,
    classes,
    scale: 1,
    train: examples(400),
    test: examples(200),
    fingerprint: 'test',
  };
  const bench = new Workbench({ dataset, engine, seed: 1, onWarning: (warning) => warnings.push(warning) });
  return { bench, warnings };
};
