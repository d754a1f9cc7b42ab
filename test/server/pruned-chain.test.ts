import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HeldModel } from '../../client/held-model.js';
import { magnitude } from '../../shared/compression/during/magnitude.js';
import { createCodec, type Coding } from '../../shared/codec/pipeline.js';
import { presets } from '../../shared/codec/presets.js';
import { fedavg } from '../../shared/method/fedavg.js';
import { initialModel, linkKey } from '../../shared/method/chain.js';
import { leastWeight } from '../../shared/method/pruning/living.js';
import { PartCoder } from '../../shared/method/part-coder.js';
import { withPruning } from '../../shared/method/pruning/with-pruning.js';
import { compileNetwork } from '../../shared/models/compile.js';
import { makeLayout } from '../../shared/params/layout.js';
import { gatherFloats, modelHash, type Parameters } from '../../shared/params/parameters.js';
import type { Prepared } from '../../shared/scenario/prepare.js';
import { RandomStream } from '../../shared/util/random.js';
import { Checkpoints } from '../../server/checkpoint.js';
import { Downlink } from '../../server/downlink.js';
import { codeOf } from '../support/refusal.js';

const network = compileNetwork({
  name: 'small',
  input: [2, 2, 1],
  classes: 3,
  layers: [
    { kind: 'flatten' },
    { kind: 'dense', name: 'wide', units: 12, activation: 'relu', useBias: false },
    { kind: 'batchNormalization', name: 'norm' },
    { kind: 'dense', name: 'out', units: 3, activation: 'linear' },
  ],
});
const { layout } = network;
const { pruner } = magnitude.create({ end: 1 });
const { down: specs } = withPruning(fedavg.create({}), network, pruner!).parts(layout);
const weightLayout = specs[0].layout;
const seed = 11;

const codings: Record<string, { send: 'delta' | 'model'; coding: Coding }> = {
  'float32 models': { send: 'model', coding: presets['none'].coding },
  'float32 links': { send: 'delta', coding: presets['none'].coding },
  stc: { send: 'delta', coding: presets['stc'].coding },
  'top-k with error feedback, tensor by tensor': {
    send: 'delta',
    coding: { errorFeedback: true, scope: 'tensor', stages: [{ topk: { fraction: 0.1 } }, { golomb: {} }] },
  },
  'momentum and halves': {
    send: 'delta',
    coding: { errorFeedback: { momentum: { factor: 0.5 } }, scope: 'model', stages: [{ topk: { fraction: 0.2 } }] },
  },
  'stochastic 3 bits': {
    send: 'delta',
    coding: { errorFeedback: false, scope: 'model', stages: [{ quantize: { bits: 3, rounding: 'stochastic' } }] },
  },
};

const make = (name: string) => {
  const { send, coding } = codings[name];
  const options = { seed, send, lattice: null, coding, specs };
  const scenario = { seed, downlink: { send, lattice: null, ...coding } };
  const prepared = { scenario, parts: { up: specs, down: specs }, network } as unknown as Prepared;
  return { options, prepared, downlink: Downlink.begin(options, initialModel(network, seed, null, true)) };
};

const weightsOf = ({ floats }: Parameters): Float32Array => gatherFloats(layout, floats, ['weight']);

/** Some of the weights that live, at random. */
const some = (model: Parameters, round: number, part: number): Uint32Array => {
  const stream = new RandomStream({ seed, purpose: 'test/pruned', round });
  const weights = weightsOf(model);
  return Uint32Array.from(weights.keys()).filter((i) => stream.uniform() < part && weights[i] !== 0);
};

const change = (round: number) => {
  const stream = new RandomStream({ seed, purpose: 'test/change', round });
  return { delta: Float32Array.from({ length: weightLayout.floats }, () => stream.normal() / 10), exact: {} };
};

const payloads = (parts: readonly { payload: Uint8Array }[]): Uint8Array[] => parts.map(({ payload }) => payload);

const goneOf = (weights: Float32Array): number[] => [...weights.keys()].filter((i) => weights[i] === 0);

describe.each(Object.keys(codings))('%s', (name) => {
  test('clients that missed any rounds come to the coordinator’s bits, and what is pruned stays 0 on both sides', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ clients: fc.subarray([0, 1, 2]), part: fc.constantFrom(0, 0, 0.05, 0.3) }), {
          minLength: 1,
          maxLength: 10,
        }),
        (rounds) => {
          const { downlink, prepared } = make(name);
          const hosts = [0, 1, 2].map(() => new HeldModel(prepared));
          const holds = new Map<number, number>();
          const dead = new Set<number>();
          rounds.forEach(({ clients, part }, round) => {
            for (const client of clients) {
              const held = holds.get(client) ?? null;
              const { header, parts } = downlink.deliver(held);
              const model = hosts[client].apply({ round, ...header }, payloads(parts), held);
              expect(modelHash(model)).toBe(modelHash(downlink.model));
              holds.set(client, downlink.version);
            }
            const pruned = some(downlink.model, round, part);
            for (const position of pruned) dead.add(position);
            downlink.advance({ ...change(round), pruned });
            expect(goneOf(weightsOf(downlink.model))).toEqual([...dead].toSorted((a, b) => a - b));
          });
        },
      ),
      { numRuns: 10 },
    );
  });

  test('clients of one host that hold different versions are all led to the same model', () => {
    const { downlink, prepared } = make(name);
    const host = new HeldModel(prepared);
    const holds = new Map<number, number>();
    for (let round = 0; round < 14; round++) {
      for (const client of [0, 1, 2, 3]) {
        if (round % (client + 1) !== 0) continue;
        const held = holds.get(client) ?? null;
        const { header, parts } = downlink.deliver(held);
        const model = host.apply({ round, ...header }, payloads(parts), held);
        expect(modelHash(model)).toBe(modelHash(downlink.model));
        holds.set(client, downlink.version);
      }
      downlink.advance({ ...change(round), pruned: some(downlink.model, round, round % 3 === 0 ? 0.1 : 0) });
    }
  });

  test('restored from a checkpoint it delivers the same bytes and goes on to the same model', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fedsqueeze-pruned-'));
    const { downlink, options } = make(name);
    for (let round = 0; round < 4; round++) {
      downlink.advance({ ...change(round), pruned: some(downlink.model, round, 0.2) });
    }
    const checkpoints = new Checkpoints(folder);
    const rest = { runId: 'x', round: 4, stopped: false, logBytes: 0, scenarioHash: '', repeatable: true };
    const data = { ...rest, modelHash: modelHash(downlink.model), states: [], holds: [], levels: null };
    await checkpoints.write({ ...data, downlink: downlink.snapshot(), server: {} });
    const manifest = await checkpoints.manifest();
    const coder = new PartCoder(specs, options.coding);
    const restored = await checkpoints.read(manifest!, layout, coder, seed);
    const again = new Downlink(options, restored.downlink);
    for (const held of [null, 0, 1, 2, 3, 4]) {
      expect(payloads(again.deliver(held).parts)).toEqual(payloads(downlink.deliver(held).parts));
    }
    for (const one of [downlink, again]) one.advance({ ...change(4), pruned: some(one.model, 4, 0.2) });
    expect(modelHash(again.model)).toBe(modelHash(downlink.model));
    expect(payloads(again.deliver(2).parts)).toEqual(payloads(downlink.deliver(2).parts));
    await rm(folder, { recursive: true });
  });
});

test('a weight that changes exactly to 0 lives on as the least value, on both sides', () => {
  const { downlink, prepared } = make('float32 links');
  const host = new HeldModel(prepared);
  const delta = weightsOf(downlink.model).map((weight, i) => (i < 20 ? -weight : 0));
  downlink.advance({ delta, exact: {} });
  const { header, parts } = downlink.deliver(null);
  const model = host.apply({ round: 1, ...header }, payloads(parts), null);
  expect(modelHash(model)).toBe(modelHash(downlink.model));
  expect(weightsOf(model).subarray(0, 20)).toEqual(new Float32Array(20).fill(leastWeight));
  expect(downlink.living!.positions).toBeNull();
});

test('missed links can travel combined, with what was pruned by them', () => {
  const { downlink, prepared } = make('top-k with error feedback, tensor by tensor');
  const [late, steady] = [new HeldModel(prepared), new HeldModel(prepared)];
  const deliver = (host: HeldModel, held: number | null) => {
    const { header, parts } = downlink.deliver(held);
    expect(modelHash(host.apply({ round: 1, ...header }, payloads(parts), held))).toBe(modelHash(downlink.model));
    return header.form;
  };
  const delta = new Float32Array(weightLayout.floats);
  for (let round = 0; round < 3; round++) {
    delta.fill(0);
    for (const position of [1, 5, 40]) delta[position] = round + position;
    downlink.advance({ delta: delta.slice(), exact: {}, pruned: Uint32Array.of(...(round === 1 ? [10, 11] : [])) });
    deliver(steady, round === 0 ? null : round);
  }
  expect(deliver(late, null)).toBe('combined');
  // A host that is further than its client knows of the prunings already.
  expect(deliver(steady, 1)).toBe('combined');
});

test('a link takes fewer bytes the more is pruned, and says in no bytes that nothing is', () => {
  const { downlink } = make('float32 links');
  const bytes: number[][] = [];
  for (const [round, part] of [0, 0.5, 0, 0.8, 0].entries()) {
    const parts = downlink.advance({ ...change(round), pruned: some(downlink.model, round, part) });
    bytes.push(payloads(parts).map(({ length }) => length));
    const { layout: living } = downlink.living!;
    expect(bytes[round][1]).toBe(4 * living.floats + createCodec(presets['none'].coding).maxBytes(makeLayout([])));
  }
  expect(bytes.map(([pruned]) => pruned > 0)).toEqual([false, true, false, true, false]);
  expect(bytes[4][1]).toBeLessThan(0.3 * bytes[0][1]);
});

test('which weights go takes no more bytes than promised, and few where few go', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.constantFrom(0.001, 0.03, 0.5, 0.97, 1),
      fc.nat(),
      (size, part, round) => {
        const layout = makeLayout([{ name: 'w', shape: [size], role: 'weight' }]);
        const spec = { name: 'pruned', coding: 'pruned' as const, layout };
        const stream = new RandomStream({ seed, purpose: 'test/mask', round });
        const mask = Float32Array.from({ length: size }, () => (stream.uniform() < part ? 1 : 0));
        const coder = new PartCoder([spec], presets['none'].coding);
        const { payload, measures } = coder.encode(spec, mask, linkKey(seed, 1), {});
        expect(payload.length).toBeLessThanOrEqual(coder.maxBytes);
        expect(measures.payloadBytes).toBe(payload.length);
        expect(coder.decode(spec, payload, linkKey(seed, 1))).toEqual(mask);
        const ones = mask.filter((gone) => gone === 1).length;
        if (ones === 0) expect(payload).toHaveLength(0);
        if (size > 1000 && part === 0.001) expect(payload.length).toBeLessThan(size / 40 + 50);
      },
    ),
    { numRuns: 60 },
  );
});

describe('what a task says of pruned weights', () => {
  const held = (): { host: HeldModel; apply: (pruned: Uint8Array) => string } => {
    const { downlink, prepared } = make('float32 links');
    const host = new HeldModel(prepared);
    downlink.advance({ ...change(0), pruned: some(downlink.model, 0, 0.3) });
    const first = downlink.deliver(null);
    host.apply({ round: 1, ...first.header }, payloads(first.parts), null);
    downlink.advance({ ...change(1), pruned: some(downlink.model, 1, 0.3) });
    const { header, parts } = downlink.deliver(1);
    const rest = payloads(parts).slice(1);
    return {
      host,
      apply: (pruned) => codeOf(() => host.apply({ round: 2, ...header }, [pruned, ...rest], 1)),
    };
  };
  const good = (): Uint8Array => {
    const { downlink } = make('float32 links');
    downlink.advance({ ...change(0), pruned: some(downlink.model, 0, 0.3) });
    downlink.advance({ ...change(1), pruned: some(downlink.model, 1, 0.3) });
    return downlink.deliver(1).parts[0].payload;
  };
  /** As the coordinator codes it, but for any numbers and of any weights. */
  const coded = (values: Float32Array): Uint8Array =>
    createCodec({
      errorFeedback: false,
      scope: 'model',
      stages: [{ integers: {} }, { entropy: { coder: 'map' } }],
    }).encode(
      values,
      {
        key: { ...linkKey(seed, 2), part: 'pruned' },
        layout: makeLayout([{ name: 'all', shape: [values.length], role: 'weight' }]),
      },
      {},
    ).payload;

  test('is taken as it was sent', () => {
    expect(held().apply(good())).toBe('none');
  });

  test('is refused cut off, with more bytes, of other weights, damaged', () => {
    const bytes = good();
    for (let length = 1; length < bytes.length; length++) {
      expect(held().apply(bytes.slice(0, length))).toMatch(/^codec\//);
    }
    expect(held().apply(Uint8Array.of(...bytes, 0))).toBe('codec/trailing-bytes');
    // All weights instead of those that lived: some of them are pruned already.
    expect(held().apply(coded(new Float32Array(weightLayout.floats).fill(1)))).toBe('codec/wrong-layout');
  });

  test('any bytes are refused with a code or lead to some model, and never to a crash', () => {
    const { apply } = held();
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), fc.nat(good().length - 1), (noise, at) => {
        const bytes = good();
        bytes.set(noise.subarray(0, bytes.length - at), at);
        expect(apply(bytes)).toMatch(/^(codec\/|compression\/bad-mask|client\/bad-chain|none)/);
      }),
      { numRuns: 100 },
    );
  });

  test('numbers other than 0 and 1 are refused', () => {
    const { options } = make('float32 links');
    const coder = new PartCoder(specs, options.coding);
    const mask = new Float32Array(weightLayout.floats);
    mask.set([1, 2, 1]);
    const { payload } = coder.encode(specs[0], mask, linkKey(seed, 1), {});
    expect(codeOf(() => coder.decode(specs[0], payload, linkKey(seed, 1)))).toBe('compression/bad-mask');
  });
});
