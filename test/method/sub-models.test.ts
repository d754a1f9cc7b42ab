import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { channelGraph } from '../../shared/compression/prune/channels.js';
import { withoutChannels } from '../../shared/compression/prune/rebuild.js';
import { uncompressed } from '../../shared/compression/model.js';
import { mean } from '../../shared/method/aggregate/mean.js';
import { fedavg } from '../../shared/method/fedavg.js';
import { fjord } from '../../shared/method/fjord.js';
import { heterofl } from '../../shared/method/heterofl.js';
import type { ReceivedUpdate, ServerTask } from '../../shared/method/method.js';
import type { NestedLearner } from '../../shared/method/nested/learner.js';
import { nestedIn, nestedNetworks, placesWithin } from '../../shared/method/nested/sub-models.js';
import { compileNetwork } from '../../shared/models/compile.js';
import type { CompiledNetwork, Layer } from '../../shared/models/network.js';
import type { Parameters } from '../../shared/params/parameters.js';
import { catalogue, largestDifference, logitsOf, withParameters } from '../compression/prune/subjects.js';
import { refusal, withLines } from '../scenario/helpers.js';
import { refused } from '../support/refusal.js';

const networkOf = (layers: readonly Layer[], input: readonly number[] = [8, 8, 2]): CompiledNetwork =>
  compileNetwork({ name: 'small', input, layers, classes: 3 });

const dense = networkOf(
  [
    { kind: 'dense', units: 10, activation: 'relu' },
    { kind: 'dense', units: 7, activation: 'relu' },
    { kind: 'dense', units: 3 },
  ],
  [4],
);

/** Networks that can be narrower. */
const subjects = catalogue.filter(
  ([, network]) =>
    network.layout.tensors.every(({ role }) => role === 'weight') && channelGraph(network).groups.length > 0,
);

describe('nested networks', () => {
  test('of 10 and 7 units a width of 0.3 leaves 3 each: sizes, places and FLOPs by hand', () => {
    const [own] = nestedNetworks(dense, [0.3]);
    expect(own.network.layout.tensors.map(({ shape }) => shape)).toEqual([[4, 3], [3], [3, 3], [3], [3, 3], [3]]);
    expect(dense.flops).toBe(2 * (4 * 10 + 10 * 7 + 7 * 3));
    expect(own.network.flops).toBe(2 * (4 * 3 + 3 * 3 + 3 * 3));
    // The first kernel is [4, 10]: the first three of each row; then three of ten biases; then rows 0 to 2 of [10, 7].
    expect(own.positions.slice(0, 6)).toEqual(Uint32Array.of(0, 1, 2, 10, 11, 12));
    expect(own.positions.slice(12, 15)).toEqual(Uint32Array.of(40, 41, 42));
    expect(own.positions.slice(15, 24)).toEqual(Uint32Array.of(50, 51, 52, 57, 58, 59, 64, 65, 66));
  });

  test('the whole is the very network', () => {
    const [whole] = nestedNetworks(dense, [1]);
    expect(whole.network).toBe(dense);
    expect([...whole.positions]).toEqual([...Array(dense.layout.floats).keys()]);
  });

  test('a last bit of a width makes no channel more', () => {
    const [own] = nestedNetworks(dense, [0.1 + 0.2]);
    expect(own.network.layout.tensors[0].shape).toEqual([4, 3]);
  });

  test.each(subjects)('%s: a narrower width is nested in a wider one', (_title, network) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }), (a, b) => {
        const [inner, outer] = nestedNetworks(network, [Math.min(a, b) / 8, Math.max(a, b) / 8]);
        const places = placesWithin(inner, outer);
        expect([...places].map((at) => outer.positions[at])).toEqual([...inner.positions]);
        expect(inner.positions).toHaveLength(inner.network.layout.floats);
        expect(inner.network.flops).toBeLessThanOrEqual(outer.network.flops);
      }),
      { numRuns: 6 },
    );
  });

  test.each(subjects)('%s: half of it computes what the whole does without the other channels', (_title, network) => {
    const model = withParameters(network);
    const [own] = nestedNetworks(network, [0.5]);
    const graph = channelGraph(network);
    const kept = new Set(own.positions);
    // A group goes where the first number of its filter does.
    const gone = graph.groups.filter(({ members: [{ layer, channel }] }) => {
      const kernel = network.layout.tensors.find(({ name }) => name === layer.tensors['kernel'])!;
      return !kept.has(kernel.offset + channel);
    });
    expect(gone.length).toBeGreaterThan(0);
    const masked = withoutChannels(model, graph, new Set(gone.map(({ id }) => id)));
    const floats = Float32Array.from(own.positions, (at) => model.parameters.floats[at]);
    const cut = uncompressed(own.network, { layout: own.network.layout, floats, counters: new BigInt64Array(0) });
    expect(largestDifference(logitsOf(cut), logitsOf(masked))).toBeLessThan(1e-5);
  });

  test('networks that keep statistics, or have nothing to leave out, are refused', () => {
    const normalized = networkOf([
      { kind: 'conv2d', filters: 4, kernelSize: 3 },
      { kind: 'batchNormalization', name: 'statistics' },
      { kind: 'flatten' },
      { kind: 'dense', units: 3 },
    ]);
    const statistics = refused(() => nestedNetworks(normalized, [1, 0.5]));
    expect(statistics.code).toBe('method/no-sub-model');
    expect(statistics.message).toContain('statistics');
    expect(statistics.hint).toContain('groupNormalization');
    const flat = networkOf([{ kind: 'flatten' }, { kind: 'dense', units: 3 }]);
    expect(refused(() => nestedNetworks(flat, [1, 0.5])).message).toContain('No channel');
  });
});

const update = (client: number, samples: number, delta: readonly number[]): ReceivedUpdate => ({
  client,
  samples,
  fold: (_part, weight, into) => {
    expect(into).toHaveLength(delta.length);
    delta.forEach((value, i) => (into[i] += weight * value));
  },
  integers: () => new BigInt64Array(0),
});

const taskOf = (network: CompiledNetwork, widths: number[]): ServerTask => {
  const model: Parameters = withParameters(network).parameters;
  const subModels = heterofl.create({ widths }).subModels!(network);
  return { model, aggregation: mean.create({}), state: {}, seed: 1, round: 1, subModels };
};

describe('the mean of those that have an entry', () => {
  test('by hand: an entry of both, one of the strong client, one of nobody', () => {
    const widths = [1, 0.5, 0.2];
    const task = taskOf(dense, widths);
    const { all } = task.subModels!;
    const server = heterofl.create({ widths }).serverRound(task);
    // Client 4 has the width at 4 % 3 = 1, client 2 that at 2; nobody has the whole.
    server.fold(update(4, 10, Array(all[1].network.layout.floats).fill(1)));
    server.fold(update(2, 30, Array(all[2].network.layout.floats).fill(5)));
    const { delta } = server.finish()!;
    const [half, fifth] = [new Set(all[1].positions), new Set(all[2].positions)];
    const expected = Array.from({ length: dense.layout.floats }, (_, i) =>
      fifth.has(i) ? (10 * 1 + 30 * 5) / 40 : half.has(i) ? 1 : 0,
    );
    expect([...delta]).toEqual(expected);
    expect(new Set(expected)).toEqual(new Set([4, 1, 0]));
  });

  test('where all have the whole it is the mean of federated averaging, to the bit', () => {
    const task = taskOf(dense, [1]);
    const servers = [heterofl.create({ widths: [1] }), fedavg.create({})].map((method) => method.serverRound(task));
    const values = (client: number) => Array.from({ length: dense.layout.floats }, (_, i) => Math.sin(i * 7 + client));
    for (const server of servers)
      for (const client of [3, 1, 2]) server.fold(update(client, client + 3, values(client)));
    const [own, averaged] = servers.map((server) => server.finish()!.delta);
    expect(own).toEqual(averaged);
  });

  test('without an update there is no outcome', () => {
    expect(
      heterofl
        .create({})
        .serverRound(taskOf(dense, [1, 0.5]))
        .finish(),
    ).toBeNull();
  });
});

describe('scenarios with sub-models', () => {
  const widths = (list: string) => `method: { heterofl: { widths: ${list} } }`;

  test.each([
    ['clients.total', [widths(`[${'0.5, '.repeat(63)} 1]`)], 'It must be at least 64'],
    ['downlink.send', [widths('[1, 0.5]'), 'downlink: 8bit'], 'Write model'],
    [
      'modelCompression.during',
      [widths('[1, 0.5]'), 'modelCompression: { during: [qat] }'],
      'Use modelCompression.after',
    ],
    ['aggregation', [widths('[1, 0.5]'), 'aggregation: majority'], 'It must be mean'],
    ['method.heterofl.widths', [widths('[0.5, 0.25]')], 'add 1 or take a smaller network'],
  ])('%s that does not fit is refused', (path, lines, hint) => {
    const set = path === 'clients.total' ? ['clients.total=63'] : [];
    const words = refusal(() => withLines(`${lines.join('\n')}\n`, set));
    expect(words).toContain(path);
    expect(words).toContain(hint);
  });

  test('a whole model through any codec, and error feedback of the uplink, fit', () => {
    const { scenario } = withLines(
      `${widths('[1, 0.5]')}\nuplink: stc-1-100\ndownlink: { send: model, stages: [{ quantize: { bits: 8 } }, entropy] }\n`,
    );
    expect(scenario.downlink.send).toBe('model');
  });
});

describe('ordered dropout', () => {
  const method = fjord.create({ widths: [1, 0.5, 0.25], stepsPerWidth: 2 });
  const subModels = method.subModels!(dense);

  const roundOf = (client: number, round: number) => {
    const draws: [choice: number, from: number, to: number][] = [];
    const nested: NestedLearner = {
      steps: 7,
      count: nestedIn(subModels, subModels.all[subModels.placeOf(client)]).length,
      train: async (floats, choice, from, to) => {
        draws.push([choice, from, to]);
        return { floats: floats.map((value) => value + 1), loss: from };
      },
    };
    const own = withParameters(subModels.all[subModels.placeOf(client)].network).parameters;
    const done = method.clientRound({ seed: 1, round, client, model: own, nested }, {}, async () =>
      expect.unreachable('a round of ordered dropout trains parts'),
    );
    return done.then((result) => ({ ...result, draws }));
  };

  test('draws widths up to the client’s own, each as often as the others, the same in a repeat', async () => {
    const counts = [0, 0, 0];
    for (let round = 1; round <= 300; round++) {
      const { draws } = await roundOf(0, round);
      expect(draws.map(([, from, to]) => [from, to])).toEqual([
        [0, 2],
        [2, 4],
        [4, 6],
        [6, 7],
      ]);
      for (const [choice] of draws) counts[choice]++;
    }
    // Binomial, n = 1200 and p = 1/3: five standard deviations are 82.
    for (const count of counts) expect(Math.abs(count - 400)).toBeLessThan(82);
    expect(await roundOf(0, 9)).toEqual(await roundOf(0, 9));
    const weakest = await Promise.all([1, 2, 3].map((round) => roundOf(2, round)));
    expect(weakest.flatMap(({ draws }) => draws.map(([choice]) => choice))).toEqual(Array(12).fill(0));
  });

  test('sends what all steps together changed, and the mean loss of a step', async () => {
    const { parts, loss } = await roundOf(0, 1);
    expect(parts['delta'].every((change) => Math.abs(Number(change) - 4) < 1e-6)).toBe(true);
    expect(loss).toBeCloseTo((2 * 2 + 4 * 2 + 6 * 1) / 7, 12);
  });

  test('a client’s FLOPs are the mean of what it trains, of HeteroFL its own network’s', () => {
    const flops = subModels.all.map(({ network }) => network.flops);
    expect(subModels.flopsOf(0)).toBeCloseTo((flops[0] + flops[1] + flops[2]) / 3, 9);
    expect(subModels.flopsOf(4)).toBeCloseTo((flops[1] + flops[2]) / 2, 9);
    expect(heterofl.create({ widths: [1, 0.5, 0.25] }).subModels!(dense).flopsOf(4)).toBe(flops[1]);
  });
});
