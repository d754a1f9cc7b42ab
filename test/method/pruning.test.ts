import { describe, expect, test } from 'vitest';
import { magnitude } from '../../shared/compression/during/magnitude.js';
import { taylor } from '../../shared/compression/during/taylor.js';
import { createCodec, type Coding } from '../../shared/codec/pipeline.js';
import type { CodecState } from '../../shared/codec/codec.js';
import { ef21 } from '../../shared/method/aggregate/ef21.js';
import { majority } from '../../shared/method/aggregate/majority.js';
import { mean } from '../../shared/method/aggregate/mean.js';
import { initialModel } from '../../shared/method/chain.js';
import { fedavg } from '../../shared/method/fedavg.js';
import type { Aggregation, PartSpec, ReceivedUpdate, ServerState } from '../../shared/method/method.js';
import { PartCoder } from '../../shared/method/part-coder.js';
import { gatherLiving, livingIn, type Living } from '../../shared/method/pruning/living.js';
import { trainingMask, withPruning } from '../../shared/method/pruning/with-pruning.js';
import { compileNetwork } from '../../shared/models/compile.js';
import { subLayout } from '../../shared/params/layout.js';
import type { Parameters } from '../../shared/params/parameters.js';
import { RandomStream } from '../../shared/util/random.js';
import { codeOf } from '../support/refusal.js';

const network = compileNetwork({
  name: 'small',
  input: [5],
  classes: 3,
  layers: [
    { kind: 'dense', name: 'wide', units: 20, activation: 'relu', useBias: false },
    { kind: 'batchNormalization', name: 'norm' },
    { kind: 'dense', name: 'out', units: 3, activation: 'linear' },
  ],
});
const { layout } = network;
const weightLayout = subLayout(layout, ['weight']);
const spec: PartSpec = { name: 'delta', coding: 'codec', layout: weightLayout };

const normal = (purpose: string, round: number): Float32Array => {
  const stream = new RandomStream({ seed: 9, purpose, round });
  return Float32Array.from({ length: weightLayout.floats }, () => stream.normal());
};

/** Every third weight is gone, and from round 3 every fifth too. */
const livingAt = (round: number): Living =>
  livingIn(
    weightLayout,
    Float32Array.from({ length: weightLayout.floats }, (_, i) => (i % 3 === 0 || (round >= 3 && i % 5 === 0) ? 0 : 1)),
  );

const codings: Record<string, Coding> = {
  none: { errorFeedback: false, scope: 'model', stages: [{ quantize: { bits: 6 } }] },
  residual: { errorFeedback: true, scope: 'tensor', stages: [{ topk: { fraction: 0.2 } }, { golomb: {} }] },
  'residual as halves': {
    errorFeedback: { residual: { precision: 'float16' } },
    scope: 'model',
    stages: [{ topk: { fraction: 0.2 } }],
  },
  momentum: { errorFeedback: { momentum: { factor: 0.9 } }, scope: 'model', stages: [{ topk: { fraction: 0.2 } }] },
  'low rank': { errorFeedback: true, scope: 'tensor', stages: [{ lowrank: { rank: 1 } }] },
  ef21: { errorFeedback: { ef21: {} }, scope: 'model', stages: [{ topk: { fraction: 0.2 } }] },
};

const keyOf = (round: number) => ({ seed: 4, round, client: 1 });

describe.each(Object.keys(codings))('error feedback %s', (name) => {
  const coder = new PartCoder([spec], codings[name]);

  test('is coded as the vector of the living weights alone would be, over a pruning too', () => {
    const alone = createCodec(codings[name]);
    let state: CodecState = {};
    let own: CodecState = {};
    for (let round = 1; round <= 5; round++) {
      const living = livingAt(round);
      const value = normal('test/pruning', round).map((number, i) => (livingAt(1).positions!.includes(i) ? number : 0));
      const coded = coder.encode(spec, value, keyOf(round), state, {}, living);
      if (round === 3) {
        // What the vector alone would keep of those that are left.
        const places = [...livingAt(2).positions!.keys()].filter((i) =>
          living.positions!.includes(livingAt(2).positions![i]),
        );
        own = Object.fromEntries(
          Object.entries(own).map(([vector, numbers]) => [
            vector,
            numbers.length === 1
              ? numbers
              : numbers.constructor === Uint16Array
                ? Uint16Array.from(places, (i) => numbers[i])
                : Float32Array.from(places, (i) => numbers[i]),
          ]),
        );
      }
      const context = { key: { ...keyOf(round), part: 'delta' }, layout: living.layout };
      const expected = alone.encode(gatherLiving(living, value), context, own);
      expect(coded.payload).toEqual(expected.payload);
      expect(coded.measures).toEqual(expected.measures);
      const decoded = coder.decode(spec, coded.payload, keyOf(round), living) as Float32Array;
      expect(decoded).toEqual(coded.decoded());
      expect(gatherLiving(living, decoded)).toEqual(expected.decoded);
      ({ state } = coded);
      own = expected.state;
      for (const [vector, numbers] of Object.entries(state)) {
        if (numbers.length === 1) continue;
        expect(numbers, vector).toHaveLength(weightLayout.floats);
        const living1 = new Set(living.positions!);
        expect([...numbers].every((number, i) => living1.has(i) || number === 0)).toBe(true);
      }
    }
  });

  test('folds what it decodes, changes only living weights, and is refused where other weights live', () => {
    const living = livingAt(1);
    const { payload } = coder.encode(spec, normal('test/fold', 1), keyOf(1), {}, {}, living);
    const sums = new Float64Array(weightLayout.floats).fill(1);
    coder.fold(spec, payload, keyOf(1), 0.5, sums, living);
    const decoded = coder.decode(spec, payload, keyOf(1), living) as Float32Array;
    expect([...sums]).toEqual([...decoded].map((number) => 1 + 0.5 * number));
    const support = coder.support(spec, payload, keyOf(1), living);
    const changed = [...decoded.keys()].filter((i) => decoded[i] !== 0);
    if (support !== null) expect([...support]).toEqual(changed);
    expect(codeOf(() => coder.decode(spec, payload, keyOf(1), livingAt(3)))).toBe('codec/wrong-layout');
    expect(codeOf(() => coder.fold(spec, payload, keyOf(1), 1, sums, null))).toBe('codec/wrong-layout');
  });
});

const rules: Record<string, Aggregation> = {
  mean: mean.create({}),
  majority: majority.create({}),
  ef21: ef21.create({}),
};

const update = (client: number, round: number, living: (i: number) => boolean): ReceivedUpdate => ({
  client,
  samples: 10 + client,
  fold: (part, weight, into) => {
    const own = part === 'delta' ? normal(`test/client-${client}`, round) : new Float32Array(into.length).fill(1);
    for (let i = 0; i < into.length; i++) if (part !== 'delta' || living(i)) into[i] += weight * own[i];
  },
  integers: () => new BigInt64Array(),
});

const without = (model: Parameters, pruned: Uint32Array): Parameters => {
  const floats = model.floats.slice();
  const offsets = layout.tensors
    .filter(({ role }) => role === 'weight')
    .flatMap(({ offset, size }) => Array.from({ length: size }, (_, i) => offset + i));
  for (const position of pruned) floats[offsets[position]] = 0;
  return { ...model, floats };
};

describe.each(Object.keys(rules))('the rule %s', (name) => {
  test.each([magnitude, taylor])(
    'under $name: as many go as scheduled, and nothing is changed of what is gone',
    (plugIn) => {
      const { pruner } = plugIn.create({ sparsity: 0.5, start: 2, end: 4 });
      const method = withPruning(fedavg.create({}), network, pruner!);
      let model = initialModel(network, 2, null, true);
      let state: ServerState = {};
      const gone = new Set<number>();
      for (let round = 1; round <= 6; round++) {
        const server = method.serverRound({ model, aggregation: rules[name], state, seed: 3, round });
        for (const client of [0, 1, 2]) server.fold(update(client, round, (i) => !gone.has(i)));
        const outcome = server.finish()!;
        expect([...gone].every((position) => outcome.delta[position] === 0)).toBe(true);
        expect([...outcome.pruned!].some((position) => gone.has(position))).toBe(false);
        for (const position of outcome.pruned!) gone.add(position);
        // ⌊0.5 · (5 · 20 + 20 · 3) · (19/27, 26/27, 1) + ½⌋
        expect(gone.size).toBe([0, 56, 77, 80, 80, 80][round - 1]);
        ({ state } = outcome);
        model = without(model, outcome.pruned!);
      }
      const mask = trainingMask(model);
      expect(mask.filter((value) => value === 0)).toHaveLength(80);
      expect(
        [...mask].every(
          (value, i) =>
            (value === 0) ===
            (model.floats[i] === 0 &&
              layout.tensors.some(
                (tensor) => tensor.role === 'weight' && i >= tensor.offset && i < tensor.offset + tensor.size,
              )),
        ),
      ).toBe(true);
    },
  );
});

test('a round without an update prunes nothing, and the next makes up for it', () => {
  const { pruner } = magnitude.create({ sparsity: 0.5, start: 1, end: 1 });
  const method = withPruning(fedavg.create({}), network, pruner!);
  const model = initialModel(network, 2, null, true);
  const begin = (round: number) => method.serverRound({ model, aggregation: rules['mean'], state: {}, seed: 3, round });
  expect(begin(1).finish()).toBeNull();
  const late = begin(2);
  late.fold(update(0, 2, () => true));
  expect(late.finish()!.pruned).toHaveLength(80);
});
