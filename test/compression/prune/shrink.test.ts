import { describe, expect, test } from 'vitest';
import { filter } from '../../../shared/compression/during/filter.js';
import { uncompressed, type CompressedModel } from '../../../shared/compression/model.js';
import { shrink } from '../../../shared/compression/prune/shrink.js';
import type { Workbench } from '../../../shared/compression/workbench.js';
import { chooseEngine } from '../../../shared/engine/choose.js';
import { sgd } from '../../../shared/engine/engine.js';
import { initialModel } from '../../../shared/method/chain.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import type { CompiledNetwork, Layer } from '../../../shared/models/network.js';
import { RandomStream } from '../../../shared/util/random.js';
import { refusal } from '../../support/refusal.js';

const bench = { report: () => undefined } as unknown as Workbench;

const networkOf = (layers: readonly Layer[]): CompiledNetwork =>
  compileNetwork({ name: 'shrinks', input: [6, 6, 2], classes: 3, layers });

const end: Layer[] = [{ kind: 'flatten' }, { kind: 'dense', name: 'out', units: 3, activation: 'linear' }];

const networks: Readonly<Record<string, CompiledNetwork>> = {
  'two convolutions and sigmoids': networkOf([
    { kind: 'conv2d', name: 'a', filters: 8, kernelSize: 3, padding: 'same', activation: 'sigmoid' },
    { kind: 'maxPooling2d', poolSize: 2 },
    { kind: 'conv2d', name: 'b', filters: 6, kernelSize: 3, activation: 'sigmoid' },
    ...end,
  ]),
  'a residual sum and normalization': networkOf([
    { kind: 'conv2d', name: 'a', filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' },
    { kind: 'conv2d', name: 'b', filters: 8, kernelSize: 3, padding: 'same' },
    { kind: 'batchNormalization', name: 'norm' },
    { kind: 'add', name: 'sum', from: ['a', 'norm'] },
    ...end,
  ]),
};

/** The model after filters were pruned as a federation does. */
const pruned = (network: CompiledNetwork): CompressedModel => {
  const { floats, counters, layout } = initialModel(network, 3, null, true);
  const stream = new RandomStream({ seed: 1, purpose: 'test/shrink' });
  const before = floats.map((weight) => weight + 0.05 * (1 + stream.uniform()));
  const { pruner } = filter.create({ sparsity: 0.5, end: 1 });
  const change = new Float32Array(layout.floats);
  for (const position of pruner!.prune({ network, before, change, round: 1, scores: undefined }).gone)
    before[position] = 0;
  return uncompressed(network, { layout, floats: before, counters });
};

const logits = async ({ network, parameters }: CompressedModel): Promise<Float32Array> => {
  const { engine } = await chooseEngine('onnx');
  const stream = new RandomStream({ seed: 1, purpose: 'test/inputs' });
  const inputs = Uint8Array.from({ length: 5 * 72 }, () => stream.below(256));
  const examples = await engine.load({ count: 5, inputs, labels: new Uint8Array(5) }, [6, 6, 2]);
  const trainer = await engine.compile({ network, optimizer: sgd, batchSize: 1, scale: 1 / 255 });
  const values = await trainer.predict(examples, parameters.floats, Int32Array.of(0, 1, 2, 3, 4));
  await trainer.dispose();
  return values;
};

describe.each(Object.keys(networks))('%s', (name) => {
  test('the smaller network gives the same outputs, with half the filters', async () => {
    const model = pruned(networks[name]);
    const smaller = await shrink.create({}).apply(model, bench);
    const filters = (of: CompressedModel): number[] =>
      of.network.layers.filter(({ kind }) => kind === 'conv2d').map(({ outputShape }) => outputShape[2]);
    expect(filters(smaller)).toEqual(filters(model).map((count) => count / 2));
    expect(smaller.network.flops).toBeLessThan(0.5 * model.network.flops);
    const [whole, small] = [await logits(model), await logits(smaller)];
    whole.forEach((logit, i) => expect(small[i]).toBeCloseTo(logit, 5));
  });
});

test('a filter whose values are used stays, whatever its own weights are; a chain of unused ones goes', async () => {
  const network = networks['two convolutions and sigmoids'];
  const { floats, counters, layout } = initialModel(network, 3, null, true);
  const kernel = (layer: string) => layout.tensors.find((tensor) => tensor.name === `${layer}/kernel`)!;
  // Filter 0 of a is all 0, but the sigmoid of its bias is used.
  const a = kernel('a');
  for (let i = 0; i < a.size; i += 8) floats[a.offset + i] = 0;
  const model = uncompressed(network, { layout, floats, counters });
  await refusal('compression/nothing-to-do', () => shrink.create({}).apply(model, bench));
  // Nothing uses b's filters but the first, and of the first nothing but a's channel 2.
  const [b, out] = [kernel('b'), kernel('out')];
  for (let i = 0; i < out.size; i++) if (Math.floor(i / 3) % 6 !== 0) floats[out.offset + i] = 0;
  for (let i = 0; i < b.size; i++) if (i % 6 === 0 && Math.floor(i / 6) % 8 !== 2) floats[b.offset + i] = 0;
  const smaller = await shrink.create({}).apply(model, bench);
  expect(
    smaller.network.layers.filter(({ kind }) => kind === 'conv2d').map(({ outputShape }) => outputShape[2]),
  ).toEqual([1, 1]);
  const [whole, small] = [await logits(model), await logits(smaller)];
  whole.forEach((logit, i) => expect(small[i]).toBeCloseTo(logit, 5));
});
