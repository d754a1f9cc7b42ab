import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HeldModel } from '../../client/held-model.js';
import { Downlink } from '../../server/downlink.js';
import { presets } from '../../shared/codec/presets.js';
import { mean } from '../../shared/method/aggregate/mean.js';
import { probabilityOf, sampleMask, scoreOf } from '../../shared/method/masks/bernoulli.js';
import { BetaPosteriors } from '../../shared/method/masks/beta.js';
import { initialModel } from '../../shared/method/chain.js';
import { fedpm } from '../../shared/method/fedpm.js';
import type { ReceivedUpdate, ServerState } from '../../shared/method/method.js';
import { PartCoder } from '../../shared/method/part-coder.js';
import { compileNetwork } from '../../shared/models/compile.js';
import { initialize } from '../../shared/models/initialize.js';
import { gatherFloats, zeroParameters, type Parameters } from '../../shared/params/parameters.js';
import type { Prepared } from '../../shared/scenario/prepare.js';
import { RandomStream } from '../../shared/util/random.js';
import { refused } from '../support/refusal.js';
import { withLines, refusal } from '../scenario/helpers.js';

const seed = 21;
const network = compileNetwork({
  name: 'small',
  input: [6, 6, 1],
  layers: [
    { kind: 'conv2d', filters: 4, kernelSize: 3, activation: 'relu' },
    { kind: 'depthwiseConv2d', kernelSize: 3 },
    { kind: 'batchNormalization' },
    { kind: 'flatten' },
    { kind: 'dense', units: 3 },
  ],
  classes: 3,
});
const kernels = ['conv2d/kernel', 'depthwise_conv2d/kernel', 'dense/kernel'];
const count = 36 + 36 + 48;
const lossless = { errorFeedback: false, scope: 'model', stages: [{ integers: {} }, { arithmetic: {} }] } as const;

const learning = (options: object) => {
  const method = fedpm.create(options);
  const space = method.parameterize!(network, seed, 0);
  return { method, space, layout: space.network.layout, initial: initialize(space.network, seed) };
};

const stream = (purpose: string): RandomStream => new RandomStream({ seed, purpose });
const weightsOf = ({ layout, floats }: Parameters): Float32Array => gatherFloats(layout, floats, ['weight']);

const probabilities = (length: number): fc.Arbitrary<Float32Array> =>
  fc.float32Array({ minLength: length, maxLength: length, min: 0, max: 1, noNaN: true });

describe('what is known of probabilities', () => {
  const throwsOf = fc.array(
    fc.nat(20).chain((throws) => fc.record({ throws: fc.constant(throws), ones: fc.nat(throws) })),
    { minLength: 0, maxLength: 8 },
  );

  test('counts add up, and the estimates are those of Beta distributions', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), throwsOf, (prior, rounds) => {
        let posteriors = BetaPosteriors.prior(1, prior);
        for (const { throws, ones } of rounds) posteriors = posteriors.after(Float64Array.of(ones), throws);
        const throws = rounds.reduce((sum, round) => sum + round.throws, 0);
        const ones = rounds.reduce((sum, round) => sum + round.ones, 0);
        expect([posteriors.alpha[0], posteriors.beta[0]]).toEqual([prior + ones, prior + throws - ones]);
        expect(posteriors.mean()[0]).toBe(Math.fround((prior + ones) / (2 * prior + throws)));
        const known = 2 * prior - 2 + throws;
        expect(posteriors.mode()[0]).toBe(known === 0 ? 0.5 : Math.fround((prior - 1 + ones) / known));
      }),
    );
  });

  test('F15: without a throw Beta(1, 1) has the mode ½, not 0/0', () => {
    expect([...BetaPosteriors.prior(3, 1).after(new Float64Array(3), 0).mode()]).toEqual([0.5, 0.5, 0.5]);
  });
});

describe('masks', () => {
  test('the expectation of a mask is the probability', () => {
    for (const probability of [0, 0.01, 0.25, 0.5, 0.9, 1]) {
      const mask = sampleMask(new Float32Array(20_000).fill(probability), stream(`mask/${probability}`));
      const deviation = Math.sqrt(20_000 * probability * (1 - probability));
      const ones = mask.reduce((sum, bit) => sum + bit, 0);
      expect(Math.abs(ones - 20_000 * probability)).toBeLessThanOrEqual(4 * deviation);
      expect(mask.every((bit) => bit === 0 || bit === 1)).toBe(true);
    }
  });

  test('a score gives its probability back, at the ends the nearest that counts', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (probability) => {
        const back = probabilityOf(scoreOf(probability, 0.001));
        expect(back).toBeCloseTo(Math.min(Math.max(probability, 0.001), 0.999), 12);
      }),
    );
  });
});

describe('the model', () => {
  test('kernels are probabilities, ½ at first; all else that networks train is frozen as it began', () => {
    const { layout, initial, method } = learning({});
    const roles = Object.fromEntries(layout.tensors.map(({ name, role }) => [name, role]));
    expect(Object.keys(roles).filter((name) => roles[name] === 'weight')).toEqual(kernels);
    expect(roles).toMatchObject({ 'dense/bias': 'frozen', 'batch_normalization/gamma': 'frozen' });
    expect(roles['batch_normalization/moving_mean']).toBe('buffer');
    expect([...weightsOf(initial)]).toEqual(Array.from({ length: count }, () => 0.5));
    const plain = initialize(network, seed);
    expect(gatherFloats(layout, initial.floats, ['frozen', 'buffer'])).toEqual(
      gatherFloats(layout, plain.floats, ['frozen', 'buffer']),
    );
    const { up, down } = method.parts(layout);
    expect(up.map(({ name, layout: { floats } }) => [name, floats])).toEqual([
      ['mask', count],
      ['buffers', 8],
    ]);
    expect(down.map(({ name }) => name)).toEqual(['delta', 'buffers']);
  });

  test('weights are a constant of each kernel, of either sign, from the seed', () => {
    const { transform, names } = (() => {
      const { space } = learning({});
      return { transform: space.training.weightTransform!, names: space.training.weightTransform!.tensors };
    })();
    expect(names).toEqual(kernels);
    const fans = [9, 9, 16];
    kernels.forEach((name, i) => {
      const { offset, size } = network.layout.tensors.find((tensor) => tensor.name === name)!;
      const values = transform.weights.subarray(offset, offset + size);
      expect([...new Set(values.map(Math.abs))]).toEqual([Math.fround(Math.sqrt(2 / fans[i]))]);
      const positive = values.filter((value) => value > 0).length;
      expect(positive).toBeGreaterThan(size / 4);
      expect(positive).toBeLessThan((3 * size) / 4);
    });
    const other = fedpm.create({}).parameterize!(network, seed + 1, 0).training.weightTransform!.weights;
    expect(other).not.toEqual(transform.weights);
  });

  test.each(['mean', 'sampled'] as const)('evaluated are the %s weights', (evaluate) => {
    const { space, layout, initial } = learning({ evaluate });
    const { weights } = space.training.weightTransform!;
    fc.assert(
      fc.property(probabilities(count), fc.nat(1000), (thetas, round) => {
        const model = { ...initial, floats: initial.floats.slice() };
        let at = 0;
        for (const { role, offset, size } of layout.tensors) {
          if (role !== 'weight') continue;
          model.floats.set(thetas.subarray(at, at + size), offset);
          at += size;
        }
        const made = space.weights(model, round, {});
        expect(made.layout).toBe(network.layout);
        const [own, of] = [gatherFloats(layout, made.floats, ['weight']), gatherFloats(layout, weights, ['weight'])];
        if (evaluate === 'mean') expect(own).toEqual(of.map((weight, i) => weight * thetas[i]));
        else expect(own.every((value, i) => value === 0 || value === of[i])).toBe(true);
        const isSure = own.every((value, i) => thetas[i] % 1 !== 0 || value === of[i] * thetas[i]);
        expect(isSure, 'probabilities 0 and 1').toBe(true);
        expect(space.weights(model, round, {})).toEqual(made);
        expect(gatherFloats(layout, made.floats, ['frozen'])).toEqual(gatherFloats(layout, model.floats, ['frozen']));
      }),
      { numRuns: 20 },
    );
  });

  test('what lossy coding brought outside of [0, 1] counts as its end', () => {
    const { space, layout, initial } = learning({ evaluate: 'mean' });
    const model = { ...initial, floats: initial.floats.map((value) => (value === 0.5 ? 1.25 : value)) };
    const { weights } = space.training.weightTransform!;
    const made = space.weights(model, 1, {});
    expect(gatherFloats(layout, made.floats, ['weight'])).toEqual(gatherFloats(layout, weights, ['weight']));
  });

  test('a client that gets the whole model has the frozen tensors from the seed', () => {
    const { space, method, layout } = learning({});
    const parts = method.parts(layout);
    const scenario = { seed, downlink: { send: 'model', lattice: null, ...presets['none'].coding } };
    const prepared = { scenario, parts, network: space.network } as unknown as Prepared;
    const options = { seed, send: 'model', lattice: null, coding: presets['none'].coding, specs: parts.down } as const;
    const downlink = Downlink.begin(options, initialModel(space.network, seed, null));
    const { header, parts: coded } = downlink.deliver(null);
    const model = new HeldModel(prepared).apply(
      { round: 1, ...header },
      coded.map(({ payload }) => payload),
      null,
    );
    expect(model.floats).toEqual(downlink.model.floats);
    const gamma = layout.tensors.find(({ name }) => name === 'batch_normalization/gamma')!;
    expect(model.floats[gamma.offset]).toBe(1);
  });
});

/** A coded update as the coordinator gets it. */
const updateOf = (client: number, mask: Float32Array, samples = 1): ReceivedUpdate => {
  const { method, layout } = learning({});
  const coder = new PartCoder(method.parts(layout).up, { ...lossless, stages: [] });
  const key = { seed, round: 1, client };
  const values: Record<string, Float32Array> = { mask, buffers: new Float32Array(8) };
  const find = (part: string) => coder.specs.find(({ name }) => name === part)!;
  const payload = (part: string) => coder.encode(find(part), values[part], key, {}).payload;
  return {
    client,
    samples,
    fold: (part, weight, into) => coder.fold(find(part), payload(part), key, weight, into),
    integers: () => new BigInt64Array(0),
  };
};

const bits = (purpose: string): Float32Array => sampleMask(new Float32Array(count).fill(0.4), stream(purpose));

/** One round of the coordinator. @returns the new probabilities and what is kept */
const play = (options: object, state: ServerState, round: number, masks: readonly Float32Array[]) => {
  const { method, initial } = learning(options);
  const task = { model: initial, aggregation: mean.create({}), state, seed, round };
  const server = method.serverRound(task);
  masks.forEach((mask, client) => server.fold(updateOf(client, mask, 1 + 9 * client)));
  const outcome = server.finish();
  return outcome && { theta: outcome.delta.map((delta, i) => delta + weightsOf(initial)[i]), state: outcome.state };
};

const onesOf = (masks: readonly Float32Array[], i: number): number => masks.reduce((sum, mask) => sum + mask[i], 0);
const expected = (masks: readonly Float32Array[], estimate: (ones: number) => number) =>
  Array.from({ length: count }, (_, i) => expect.closeTo(estimate(onesOf(masks, i)), 6));

describe('the coordinator', () => {
  const first = ['a', 'b', 'c'].map(bits);
  const second = ['d', 'e'].map(bits);

  test('from one round with a flat prior come the shares of ones; each client counts once, nothing is kept', () => {
    const { theta, state } = play({}, {}, 1, first)!;
    expect([...theta]).toEqual(expected(first, (ones) => ones / 3));
    expect(state).toEqual({});
  });

  test('the mean is drawn to the middle by the prior', () => {
    const { theta } = play({ prior: 2, estimate: 'mean' }, {}, 1, first)!;
    expect([...theta]).toEqual(expected(first, (ones) => (2 + ones) / 7));
  });

  test('rounds add up until the prior comes back, also where a round in between had no update', () => {
    const options = { resetEvery: 3 };
    const { state } = play(options, {}, 1, first)!;
    const before = structuredClone(state);
    const { theta, state: after } = play(options, state, 3, second)!;
    expect(state).toEqual(before);
    expect([...theta]).toEqual(expected([...first, ...second], (ones) => ones / 5));
    const { theta: fresh } = play(options, after, 4, second)!;
    expect([...fresh]).toEqual(expected(second, (ones) => ones / 2));
    expect([
      ...play({ resetEvery: null }, play({ resetEvery: null }, {}, 1, first)!.state, 900, second)!.theta,
    ]).toEqual(expected([...first, ...second], (ones) => ones / 5));
  });

  test('F15: without a client the model and the state stay', () => {
    for (const options of [{}, { estimate: 'mean' }, { resetEvery: null }]) expect(play(options, {}, 1, [])).toBeNull();
  });

  test('a mask with another value is refused and adds nothing', () => {
    const { method, initial } = learning({});
    const task = { model: initial, aggregation: mean.create({}), state: {}, seed, round: 1 };
    const server = method.serverRound(task);
    server.fold(updateOf(0, first[0]));
    for (const wrong of [2, -1, 0.5]) {
      const mask = first[1].slice();
      mask[count - 1] = wrong;
      expect(refused(() => server.fold(updateOf(1, mask))).code).toBe('method/bad-mask');
    }
    const { delta } = server.finish()!;
    expect([...delta]).toEqual(Array.from(first[0], (bit) => bit - 0.5));
  });
});

describe('a client', () => {
  const round = (options: object, model: Parameters, moved: (score: number) => number) => {
    const { method } = learning(options);
    let start: Float32Array | null = null;
    const update = method.clientRound({ seed, round: 2, client: 5, model }, {}, async (scores) => {
      start = weightsOf(scores);
      const floats = scores.floats.slice();
      for (const { role, offset, size } of scores.layout.tensors) {
        if (role === 'weight') for (let i = offset; i < offset + size; i++) floats[i] = moved(floats[i]);
      }
      return { parameters: { ...scores, floats }, loss: 0.5 };
    });
    return update.then((given) => ({ ...given, start: start! }));
  };

  test('trains from the scores of the probabilities and sends a mask of what it came to', async () => {
    const { initial } = learning({});
    const up = await round({}, initial, (score) => score + 20);
    expect([...up.start]).toEqual(Array.from({ length: count }, () => 0));
    expect([...up.parts['mask']]).toEqual(Array.from({ length: count }, () => 1));
    const down = await round({}, initial, (score) => score - 20);
    expect([...down.parts['mask']]).toEqual(Array.from({ length: count }, () => 0));
    expect(down.state).toEqual({});
    const half = await round({}, initial, (score) => score);
    const ones = (half.parts['mask'] as Float32Array).filter((bit) => bit === 1).length;
    expect(Math.abs(ones - count / 2)).toBeLessThan(4 * Math.sqrt(count / 4));
    expect((await round({}, initial, (score) => score)).parts).toEqual(half.parts);
  });

  test('probabilities of 0 and 1 have scores that training can leave', async () => {
    const { initial } = learning({});
    const certain = { ...initial, floats: initial.floats.map((value) => (value === 0.5 ? 1 : value)) };
    const { start } = await round({ margin: 0.1 }, certain, (score) => score);
    expect([...start]).toEqual(Array.from({ length: count }, () => expect.closeTo(Math.log(9), 5)));
  });
});

test.each([0.5, 0.1, 0.02])('a mask with a share of %d ones travels in its entropy and a header', (share) => {
  const size = 100_000;
  const spec = { name: 'mask', coding: 'codec', layout: zeroParameters(network.layout).layout } as const;
  const layout = { ...spec.layout, floats: size, tensors: [{ ...spec.layout.tensors[0], shape: [size], size }] };
  const coder = new PartCoder([{ ...spec, layout }], lossless);
  const mask = sampleMask(new Float32Array(size).fill(share), stream('payload'));
  const { payload } = coder.encode({ ...spec, layout }, mask, { seed, round: 1, client: 0 }, {});
  const ones = mask.reduce((sum, bit) => sum + bit, 0) / size;
  const entropy = -ones * Math.log2(ones) - (1 - ones) * Math.log2(1 - ones);
  // Header, scale, and what an adaptive model needs to learn the frequencies.
  expect(8 * payload.length).toBeLessThan(size * entropy + 8 * 64);
  const decoded = coder.decode({ ...spec, layout }, payload, { seed, round: 1, client: 0 });
  expect(mask.every((bit, i) => decoded[i] === bit)).toBe(true);
});

test.each([
  ['none'],
  ['{ stages: [integers, arithmetic] }'],
  ['{ scope: tensor, stages: [integers, { entropy: auto }] }'],
  ['{ stages: [integers, rans] }'],
])('an uplink that keeps masks is taken: %s', (uplink) => {
  const { scenario } = withLines(`method: fedpm\nuplink: ${uplink}\n`);
  expect(scenario.method).toMatchObject({ fedpm: { prior: 1, resetEvery: 1 } });
});

test.each(['stc', 'sign', 'terngrad', '{ stages: [topk, integers, golomb] }'])(
  'an uplink that loses them is not: %s',
  (uplink) => {
    expect(refusal(() => withLines(`method: fedpm\nuplink: ${uplink}\n`))).toContain(
      'loses zeros and ones of masks, which are what the method fedpm sends',
    );
    expect(withLines(`uplink: ${uplink}\n`).scenario.method).toEqual({ fedavg: {} });
  },
);

test.each(['prior: 0.5', 'resetEvery: 0', 'estimate: median', 'margin: 0.5', 'evaluate: none'])(
  'the option %s is refused',
  (option) => {
    expect(refusal(() => withLines(`method: { fedpm: { ${option} } }\n`))).toContain('method.fedpm');
  },
);
