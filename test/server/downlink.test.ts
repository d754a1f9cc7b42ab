import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HeldModel } from '../../client/held-model.js';
import type { Coding } from '../../shared/codec/pipeline.js';
import { presets } from '../../shared/codec/presets.js';
import { fedavg } from '../../shared/method/fedavg.js';
import { initialModel } from '../../shared/method/chain.js';
import { compileNetwork } from '../../shared/models/compile.js';
import { modelHash } from '../../shared/params/parameters.js';
import type { Prepared } from '../../shared/scenario/prepare.js';
import { RandomStream } from '../../shared/util/random.js';
import { Downlink } from '../../server/downlink.js';

const network = compileNetwork({
  name: 'small',
  input: [2, 2, 1],
  classes: 3,
  layers: [
    { kind: 'flatten' },
    { kind: 'dense', name: 'dense', units: 12, activation: 'relu' },
    { kind: 'dense', name: 'dense_1', units: 3, activation: 'linear' },
  ],
});
const { layout } = network;
const specs = fedavg.create({}).parts(layout).down;
const seed = 11;

const codings: Record<string, { send: 'delta' | 'model'; lattice?: number; coding: Coding }> = {
  'float32 models': { send: 'model', coding: presets['none'].coding },
  'float16 models': { send: 'model', coding: presets['float16'].coding },
  'models of 2 bits with a residual': {
    send: 'model',
    coding: { errorFeedback: true, scope: 'tensor', stages: [{ quantize: { bits: 2, scale: 'trained' } }] },
  },
  'float32 links': { send: 'delta', coding: presets['none'].coding },
  stc: { send: 'delta', coding: presets['stc'].coding },
  'top-k with error feedback': {
    send: 'delta',
    coding: { errorFeedback: true, scope: 'tensor', stages: [{ topk: { fraction: 0.1 } }, { golomb: {} }] },
  },
  'sums on a lattice': {
    send: 'delta',
    lattice: 20,
    coding: { errorFeedback: true, scope: 'model', stages: [{ topk: { fraction: 0.4 } }, { integers: {} }] },
  },
  'a lattice that changes leave': {
    send: 'delta',
    lattice: 8,
    coding: { errorFeedback: true, scope: 'model', stages: [{ topk: { fraction: 0.4 } }, { integers: {} }] },
  },
  'stochastic 3 bits': {
    send: 'delta',
    coding: { errorFeedback: false, scope: 'model', stages: [{ quantize: { bits: 3, rounding: 'stochastic' } }] },
  },
};

const make = (name: string) => {
  const { send, lattice = null, coding } = codings[name];
  const options = { seed, send, lattice, coding, specs };
  // What a host knows of the experiment; only what the chain needs is there.
  const scenario = { seed, downlink: { send, lattice, ...coding } };
  const prepared = { scenario, parts: { up: specs, down: specs }, network } as unknown as Prepared;
  return { options, prepared, downlink: Downlink.begin(options, initialModel(network, seed, lattice)) };
};

const change = (round: number) => {
  const stream = new RandomStream({ seed, purpose: 'test/change', round });
  return { delta: Float32Array.from({ length: layout.floats }, () => stream.normal() / 10), exact: {} };
};

const payloads = (parts: readonly { payload: Uint8Array }[]): Uint8Array[] => parts.map(({ payload }) => payload);

describe.each(Object.keys(codings))('%s', (name) => {
  test('every client that catches up holds the coordinator’s bits, whatever rounds it missed', () => {
    fc.assert(
      fc.property(fc.array(fc.subarray([0, 1, 2, 3]), { minLength: 1, maxLength: 12 }), (rounds) => {
        const { downlink, prepared } = make(name);
        // Each client on a host of its own, so that each really decodes what it gets.
        const hosts = [0, 1, 2, 3].map(() => new HeldModel(prepared));
        const holds = new Map<number, number>();
        const modelBytes = 4 * layout.floats;
        rounds.forEach((clients, round) => {
          for (const client of clients) {
            const held = holds.get(client) ?? null;
            const { header, parts, payloadBytes } = downlink.deliver(held);
            const model = hosts[client].apply({ round, ...header }, payloads(parts), held);
            expect(modelHash(model)).toBe(modelHash(downlink.model));
            expect(payloadBytes).toBeLessThan(modelBytes + 64);
            holds.set(client, downlink.version);
          }
          downlink.advance(change(round));
        });
      }),
      { numRuns: 25 },
    );
  });

  test('restored from its state it delivers the same bytes and goes on to the same model', () => {
    const { downlink, options } = make(name);
    for (let round = 0; round < 4; round++) downlink.advance(change(round));
    const again = new Downlink(options, downlink.snapshot());
    for (const held of [null, 0, 2, 4]) {
      expect(payloads(again.deliver(held).parts)).toEqual(payloads(downlink.deliver(held).parts));
    }
    downlink.advance(change(4));
    again.advance(change(4));
    expect(modelHash(again.model)).toBe(modelHash(downlink.model));
  });
});

test('what a whole model’s stages leave out is kept: with it the model is the sum of all changes', () => {
  const { downlink } = make('models of 2 bits with a residual');
  const sum = initialModel(network, seed, null).floats.slice();
  for (let round = 0; round < 6; round++) {
    const { delta } = change(round);
    downlink.advance({ delta, exact: {} });
    for (let i = 0; i < sum.length; i++) sum[i] += delta[i];
    const kept = Object.values(downlink.snapshot().residuals)[0] as Float32Array;
    const { floats } = downlink.model;
    expect(new Set(floats).size).toBeLessThanOrEqual(4 * 3);
    for (let i = 0; i < sum.length; i++) expect(Math.abs(floats[i] + kept[i] - sum[i])).toBeLessThan(1e-5);
  }
});

test('many missed links that change the same weights travel as one combined payload, with the same bits', () => {
  const { downlink, prepared } = make('top-k with error feedback');
  const host = new HeldModel(prepared);
  const delta = new Float32Array(layout.floats);
  for (let round = 0; round < 12; round++) {
    delta.fill(0);
    for (const position of [1, 5, 40]) delta[position] = round + position;
    downlink.advance({ delta: delta.slice(), exact: {} });
  }
  const { header, parts, payloadBytes } = downlink.deliver(null);
  expect(header).toMatchObject({ form: 'combined', base: 'seed' });
  expect(payloadBytes).toBeLessThan(64);
  expect(modelHash(host.apply({ round: 1, ...header }, payloads(parts), null))).toBe(modelHash(downlink.model));
});

test('a client whose link differs from another’s is told so, and the model stays', () => {
  const { downlink, prepared } = make('float32 links');
  const host = new HeldModel(prepared);
  downlink.advance(change(0));
  const { header, parts } = downlink.deliver(null);
  const [good] = payloads(parts);
  host.apply({ round: 1, ...header }, [good], null);
  const forged = good.slice();
  forged[forged.length - 1] ^= 1;
  expect(() => host.apply({ round: 1, ...header }, [forged], null)).toThrow(/different links/);
  expect(() => host.apply({ round: 1, ...header }, [], null)).toThrow(/can't lead/);
  expect(modelHash(host.apply({ round: 1, ...header }, [good], null))).toBe(modelHash(downlink.model));
});

test('on a lattice several missed links travel as their sum, smaller and to the same bits on every host', () => {
  const { downlink, prepared } = make('sums on a lattice');
  // Steps of 1/8, so that the sum of many is still a few bits a weight.
  const coarse = (round: number) => ({
    delta: change(round).delta.map((value) => Math.round(8 * value) / 8),
    exact: {},
  });
  const steady = new HeldModel(prepared);
  const late = new HeldModel(prepared);
  const deliver = (host: HeldModel, held: number | null, round: number) => {
    const { header, parts } = downlink.deliver(held);
    expect(modelHash(host.apply({ round, ...header }, payloads(parts), held))).toBe(modelHash(downlink.model));
    return { form: header.form, bytes: parts.reduce((sum, { payload }) => sum + payload.length, 0) };
  };
  let links = 0;
  for (let round = 0; round < 6; round++) {
    downlink.advance(coarse(round));
    const { bytes } = deliver(steady, round === 0 ? null : round, round + 1);
    if (round > 1) links += bytes;
    if (round === 1) deliver(late, null, round + 1);
  }
  const sum = deliver(late, 2, 7);
  expect(sum.form).toBe('sum');
  expect(sum.bytes).toBeLessThan(0.7 * links);
  // A host that has the version already gets there from an older one as well, and refuses another way.
  deliver(steady, 2, 7);
  const { header, parts } = downlink.deliver(2);
  expect(() => steady.apply({ round: 7, ...header }, payloads(parts), 3)).toThrow(/different models/);
  expect(() => new HeldModel(prepared).apply({ round: 7, ...header }, payloads(parts), 2)).toThrow(/has not got/);
});
