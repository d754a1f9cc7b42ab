import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Downlink } from '../../server/downlink.js';
import { mean } from '../../shared/method/aggregate/mean.js';
import { aggregationRules } from '../../shared/method/aggregate/index.js';
import { fedavg as plugIn } from '../../shared/method/fedavg.js';
import { methods } from '../../shared/method/index.js';
import type { ReceivedUpdate } from '../../shared/method/method.js';
import { PartCoder } from '../../shared/method/part-coder.js';
import { presets } from '../../shared/codec/presets.js';
import { makeLayout } from '../../shared/params/layout.js';
import type { Parameters } from '../../shared/params/parameters.js';

/** A layer with batch normalization: weights, running statistics, and a counter of batches. */
const layout = makeLayout([
  { name: 'kernel', shape: [40], role: 'weight' },
  { name: 'mean', shape: [3], role: 'buffer' },
  { name: 'variance', shape: [3], role: 'buffer' },
  { name: 'batches', shape: [1], role: 'counter' },
]);
const parametersOf = (weight: number, statistic: number, count: bigint): Parameters => ({
  layout,
  floats: Float32Array.from({ length: 46 }, (_, i) => (i < 40 ? weight * (i + 1) : statistic + i)),
  counters: BigInt64Array.of(count),
});

const fedavg = plugIn.create({});
const specs = fedavg.parts(layout).up;
const coder = new PartCoder(specs, presets['topk-1-8bit'].coding);
const serverRound = (model: Parameters) =>
  fedavg.serverRound({ model, aggregation: mean.create({}), state: {}, seed: 1, round: 1 });
const keyOf = (client: number) => ({ seed: 1, round: 1, client });

/** An update that went through the codec and back, as on the wire. */
const received = async (
  client: number,
  samples: number,
  model: Parameters,
  trained: Parameters,
): Promise<ReceivedUpdate> => {
  const { parts } = await fedavg.clientRound({ seed: 1, round: 1, client, model }, {}, async () => ({
    parameters: trained,
    loss: 1,
  }));
  const payloads = new Map(
    specs.map((spec) => [spec.name, coder.encode(spec, parts[spec.name], keyOf(client), {}).payload]),
  );
  const spec = (name: string) => specs.find((one) => one.name === name)!;
  return {
    client,
    samples,
    fold: (part, weight, into) => coder.fold(spec(part), payloads.get(part)!, keyOf(client), weight, into),
    integers: (part) => coder.integers(spec(part), payloads.get(part)!),
  };
};

test('statistics are averaged by samples and sent whole, counters are exact, only weights go through the codec', async () => {
  const model = parametersOf(0, 0, 5n);
  const big = 2n ** 60n + 1n;
  const round = serverRound(model);
  round.fold(await received(0, 100, model, parametersOf(1, 2, big)));
  round.fold(await received(1, 300, model, parametersOf(2, 6, 7n)));
  const { delta, exact } = round.finish()!;

  expect(exact['counters']).toEqual(BigInt64Array.of(big));
  expect(exact['buffers']).toEqual(
    Float32Array.from({ length: 6 }, (_, i) => (100 * (2 + 40 + i) + 300 * (6 + 40 + i)) / 400),
  );
  // Top-k of 1 % keeps one weight of 40; the rest stays in the clients' residuals.
  expect([...delta].filter((value) => value !== 0)).toHaveLength(1);
  expect(delta[39]).toBeCloseTo((100 * 40 + 300 * 80) / 400, 3);

  const downlink = Downlink.begin(
    { seed: 1, send: 'delta', lattice: null, coding: presets['stc'].coding, specs },
    model,
  );
  downlink.advance({ delta, exact });
  expect([...downlink.model.floats.subarray(40)]).toEqual([...(exact['buffers'] as Float32Array)]);
  expect(downlink.model.counters).toEqual(BigInt64Array.of(big));
});

test('the policies for tensors that are no weights are stated', () => {
  expect(fedavg.policies(layout)).toMatchObject({
    buffer: expect.stringContaining('float32'),
    counter: expect.stringContaining('64-bit'),
  });
  expect(Object.keys(fedavg.policies(makeLayout([{ name: 'w', shape: [1], role: 'weight' }])))).toEqual(['weight']);
});

const plain = (samples: number, values: number[]): ReceivedUpdate => ({
  client: 0,
  samples,
  fold: (_, weight, into) => values.forEach((value, i) => (into[i] += weight * value)),
  integers: () => new BigInt64Array(0),
});

test('the mean is weighted by samples; without an update there is none and nothing is NaN', () => {
  const part = {
    name: 'delta',
    coding: 'codec' as const,
    layout: makeLayout([{ name: 'w', shape: [2], role: 'weight' }]),
  };
  const sum = mean.create({}).begin({ part, state: {}, seed: 1, round: 1 });
  expect(sum.finish()).toBeNull();
  sum.fold(plain(0, [Number.MAX_VALUE, 1]));
  expect(sum.finish()).toBeNull();
  sum.fold(plain(5, [1, 2]));
  expect(sum.finish()?.value).toEqual(Float32Array.of(1, 2));
  sum.fold(plain(15, [3, 6]));
  expect(sum.finish()?.value).toEqual(Float32Array.of(2.5, 5));
  expect(serverRound(parametersOf(1, 1, 1n)).finish()).toBeNull();
});

test.each([
  ['shared/method', methods, ['chain', 'exact-parts', 'method', 'part-coder']],
  ['shared/method/aggregate', aggregationRules, []],
])('every file of %s is registered', (folder, registry, helpers: string[]) => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && name !== 'index.ts');
  const names = files.map((name) => name.replace('.ts', '')).filter((name) => !helpers.includes(name));
  expect(registry.all.map(({ name }) => name).sort()).toEqual(names.sort());
});
