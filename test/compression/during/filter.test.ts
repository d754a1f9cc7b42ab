import { describe, expect, test } from 'vitest';
import { filter } from '../../../shared/compression/during/filter.js';
import { uncompressed } from '../../../shared/compression/model.js';
import { channelGraph } from '../../../shared/compression/prune/channels.js';
import { rebuilt } from '../../../shared/compression/prune/rebuild.js';
import { chooseEngine } from '../../../shared/engine/choose.js';
import { sgd } from '../../../shared/engine/engine.js';
import { initialModel } from '../../../shared/method/chain.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import type { CompiledNetwork } from '../../../shared/models/network.js';
import type { PlacedTensor } from '../../../shared/params/layout.js';
import { RandomStream } from '../../../shared/util/random.js';
import { refused } from '../../support/refusal.js';

const network = compileNetwork({
  name: 'filters',
  input: [6, 6, 1],
  classes: 3,
  layers: [
    { kind: 'conv2d', name: 'first', filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' },
    { kind: 'conv2d', name: 'second', filters: 6, kernelSize: 3, padding: 'same', useBias: false },
    { kind: 'batchNormalization', name: 'norm' },
    { kind: 'activation', activation: 'relu' },
    { kind: 'flatten' },
    { kind: 'dense', name: 'out', units: 3, activation: 'linear' },
  ],
});
const { layout } = network;
const tensorOf = (name: string): PlacedTensor => layout.tensors.find((tensor) => tensor.name === name)!;

const noChange = new Float32Array(layout.floats);
const start = (): Float32Array => {
  const { floats } = initialModel(network, 5, null, true);
  const stream = new RandomStream({ seed: 5, purpose: 'test/filter' });
  const { offset, size } = tensorOf('norm/gamma');
  for (let i = offset; i < offset + size; i++) floats[i] = 0.5 + stream.uniform();
  return floats;
};

const pruneOnce = (options: Record<string, unknown>, before = start(), round = 1) => {
  const { pruner } = filter.create({ start: 1, end: 1, ...options });
  const { gone } = pruner!.prune({ network, before, change: noChange, round, scores: undefined });
  const after = before.slice();
  for (const position of gone) after[position] = 0;
  return { after, gone };
};

/** Channels of a kernel that are all 0. */
const deadFilters = (floats: Float32Array, name: string): number[] => {
  const { offset, size, shape } = tensorOf(name);
  const channels = shape[shape.length - 1];
  return Array.from({ length: channels }, (_, channel) => channel).filter((channel) => {
    for (let i = channel; i < size; i += channels) if (floats[offset + i] !== 0) return false;
    return true;
  });
};

describe('filter', () => {
  test('takes the filters of the smallest norm, as many of each layer as asked for', () => {
    const before = start();
    const { after } = pruneOnce({ sparsity: 0.5 }, before);
    for (const [name, count] of [
      ['first/kernel', 4],
      ['second/kernel', 3],
    ] as const) {
      const { offset, size, shape } = tensorOf(name);
      const channels = shape[shape.length - 1];
      const norms = Array.from({ length: channels }, (_, channel) => {
        let sum = 0;
        for (let i = channel; i < size; i += channels) sum += Math.abs(before[offset + i]);
        return sum;
      });
      const order = [...norms.keys()].toSorted((a, b) => norms[a] - norms[b]);
      expect(deadFilters(after, name)).toEqual(order.slice(0, count).toSorted((a, b) => a - b));
    }
  });

  test('by scale it takes those with the smallest |γ|, and keeps layers without normalization', () => {
    const before = start();
    const { after } = pruneOnce({ sparsity: 0.34, criterion: 'scale' }, before);
    const { offset } = tensorOf('norm/gamma');
    const order = [0, 1, 2, 3, 4, 5].toSorted((a, b) => before[offset + a] - before[offset + b]);
    expect(deadFilters(after, 'second/kernel')).toEqual(order.slice(0, 2).toSorted((a, b) => a - b));
    expect(deadFilters(after, 'first/kernel')).toEqual([]);
  });

  test('along a schedule those that are gone stay so, and count', () => {
    const { pruner } = filter.create({ sparsity: 0.5, start: 1, end: 4 });
    let before = start();
    const counts: number[] = [];
    for (let round = 1; round <= 5; round++) {
      const { gone } = pruner!.prune({ network, before, change: noChange, round, scores: undefined });
      before = before.slice();
      for (const position of gone) {
        expect(before[position]).not.toBe(0);
        before[position] = 0;
      }
      counts.push(deadFilters(before, 'first/kernel').length);
    }
    // ⌊4 · (37/64, 7/8, 63/64, 1) + ½⌋
    expect(counts).toEqual([2, 4, 4, 4, 4]);
  });

  test('the network without the filters computes what the masked one does', async () => {
    const { after } = pruneOnce({ sparsity: 0.5 });
    const graph = channelGraph(network);
    const gone = new Set(
      graph.groups
        .filter(({ members: [{ layer, channel }] }) => deadFilters(after, layer.tensors['kernel']).includes(channel))
        .map(({ id }) => id),
    );
    const masked = uncompressed(network, { layout, floats: after, counters: new BigInt64Array(layout.counters) });
    const small = rebuilt(masked, graph, gone);
    expect(small.network.flops).toBeLessThan(0.5 * network.flops);
    const { engine } = await chooseEngine('onnx');
    const stream = new RandomStream({ seed: 1, purpose: 'test/inputs' });
    const inputs = Uint8Array.from({ length: 4 * 36 }, () => stream.below(256));
    const examples = await engine.load({ count: 4, inputs, labels: new Uint8Array(4) }, [6, 6, 1]);
    const logits = async (of: CompiledNetwork, floats: Float32Array): Promise<Float32Array> => {
      const trainer = await engine.compile({ network: of, optimizer: sgd, batchSize: 1, scale: 1 / 255 });
      const values = await trainer.predict(examples, floats, Int32Array.of(0, 1, 2, 3));
      await trainer.dispose();
      return values;
    };
    const [whole, cut] = [await logits(network, after), await logits(small.network, small.parameters.floats)];
    whole.forEach((logit, i) => expect(cut[i]).toBeCloseTo(logit, 5));
  });

  test('without a convolution, or one that the criterion says something about, it refuses', () => {
    const dense = compileNetwork({
      name: 'dense',
      input: [4],
      classes: 3,
      layers: [
        { kind: 'dense', units: 8, activation: 'relu' },
        { kind: 'dense', units: 3, activation: 'linear' },
      ],
    });
    const check = (of: CompiledNetwork, options: Record<string, unknown>) => () =>
      filter.create({ end: 1, ...options }).pruner!.check(of);
    expect(refused(check(dense, {})).code).toBe('compression/nothing-to-do');
    expect(refused(check(network, { sparsity: 0.01 })).code).toBe('compression/nothing-to-do');
    check(network, { criterion: 'scale' })();
  });
});
