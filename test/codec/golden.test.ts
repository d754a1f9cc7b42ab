import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { lloydMaxLevels } from '../../shared/codec/lloyd-max.js';
import { createCodec, type Coding } from '../../shared/codec/pipeline.js';
import { presets } from '../../shared/codec/presets.js';
import { resolveChoices } from '../../shared/codec/stage.js';
import { optionCases, stagesAlone, tensorCases } from './cases.js';
import { contextOf, heavyTailed } from './vectors.js';

/*
 * Payloads that pin the format. `npm run vectors` writes them anew; a change of a payload is a change of the format and
 * belongs into the changelog. test/python/decode.py reads them without anything of this project.
 */
const path = new URL('../vectors/payloads.json', import.meta.url);
const length = 300;

interface Golden {
  readonly name: string;
  readonly scope: Coding['scope'];
  readonly stages: Coding['stages'];
  /** False where a library's version decides the bytes. */
  readonly pinned: boolean;
  readonly payload: string;
  /** Little-endian float32, as the input. */
  readonly decoded: string;
}

const cases = [
  ...stagesAlone,
  ...optionCases,
  ...tensorCases,
  ...Object.entries(presets).map(([name, { coding }]) => ({ name: `preset ${name}`, coding })),
];

const input = heavyTailed(length, 77);
const context = contextOf(length, { seed: 5, round: 9, client: 2 });

const hexOf = (array: Uint8Array | Float32Array): string =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('hex');

const isPinned = ({ stages }: Coding): boolean => !stages.some((stage) => 'deflate' in stage || 'brotli' in stage);

const make = ({ name, coding }: { name: string; coding: Coding }): Golden => {
  const { payload, decoded } = createCodec(coding).encode(input, context, {});
  return {
    name,
    scope: coding.scope,
    stages: resolveChoices(coding.stages),
    pinned: isPinned(coding),
    payload: hexOf(payload),
    decoded: hexOf(decoded),
  };
};

const { key, layout } = context;
const written = {
  about:
    'Payloads of every stage, option and preset for one input, little-endian float32 in hexadecimal. The key and the layout are what both sides know; pinned is false where a library’s version decides the bytes.',
  key,
  layout: { id: layout.id, tensors: layout.tensors.map(({ name, shape, role }) => ({ name, shape, role })) },
  /** Levels of the Gaussian's best quantizers, by bits: constants of the format. */
  lloydMax: [1, 2, 3, 4, 5, 6, 7, 8].map((bits) => lloydMaxLevels(bits)),
  input: hexOf(input),
};

if (process.env['VECTORS'] === 'write') {
  writeFileSync(path, `${JSON.stringify({ ...written, cases: cases.map(make) }, null, 1)}\n`);
}

const golden = JSON.parse(readFileSync(path, 'utf8')) as typeof written & { cases: Golden[] };
const byName = new Map(golden.cases.map((entry) => [entry.name, entry]));

test('the file has the input, the key, the layout and every case', () => {
  expect(golden).toMatchObject(written);
  expect([...byName.keys()].sort()).toEqual(cases.map(({ name }) => name).sort());
});

test.each(cases)('$name: the same bytes, and the same floats from them', ({ name, coding }) => {
  const expected = byName.get(name)!;
  const made = make({ name, coding });
  if (expected.pinned) expect(made).toEqual(expected);
  const decoded = createCodec(coding).decode(Buffer.from(expected.payload, 'hex'), context);
  expect(hexOf(decoded)).toBe(expected.decoded);
});
