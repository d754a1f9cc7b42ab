import { describe, expect, test } from 'vitest';
import { presets } from '../../shared/codec/presets.js';
import { checkStages, createStages, resolveChoices } from '../../shared/codec/stage.js';
import type { Choice } from '../../shared/util/registry.js';
import { optionCases, stagesAlone, tensorCases } from './cases.js';
import { refused } from '../support/refusal.js';

const topk: Choice = { topk: {} };
const randomk: Choice = { randomk: {} };
const quantize: Choice = { quantize: {} };
const golomb: Choice = { golomb: {} };
const huffman: Choice = { huffman: {} };
const entropy: Choice = { entropy: {} };

describe('checkStages', () => {
  const impossible: [why: string, chain: Choice[], place: string, words: RegExp][] = [
    ['two sparsifiers', [topk, randomk], 'stages[1]', /'randomk' gets a sparse vector. .*needs a dense vector/],
    ['a sparsifier after a quantizer', [quantize, topk], 'stages[1]', /'topk' gets symbols/],
    ['two quantizers', [quantize, { sign: {} }], 'stages[1]', /'sign' gets symbols/],
    ['an entropy coder of floats', [huffman, quantize], 'stages[0]', /'huffman' gets a dense vector. .*needs symbols/],
    ['a symbol coder before the quantizer', [topk, huffman, quantize], 'stages[1]', /'huffman' gets a sparse vector/],
    ['a position coder of a dense vector', [golomb], 'stages[0]', /'golomb' gets a dense vector/],
    ['a position coder of dense symbols', [quantize, golomb], 'stages[1]', /'golomb' gets no positions to code/],
    ['positions that are never sent', [randomk, golomb], 'stages[1]', /'golomb' gets no positions to code/],
    ['positions coded twice', [topk, golomb, golomb], 'stages[2]', /no positions to code/],
    ['symbols coded twice', [quantize, huffman, entropy], 'stages[2]', /'entropy' gets bytes/],
    [
      'ternary values of a dense vector',
      [{ ternary: {} }],
      'stages[0]',
      /'ternary' gets a dense vector. .*needs a sparse vector/,
    ],
    [
      'entropy coding of floats on random positions',
      [randomk, entropy],
      'stages[1]',
      /'entropy' gets no positions or symbols/,
    ],
  ];

  test.each(impossible)('refuses %s', (_, chain, place, words) => {
    const error = refused(() => checkStages(chain));
    expect(error.code).toBe('codec/impossible-order');
    expect(error.exitCode).toBe(2);
    expect(error.where).toBe(place);
    expect(`${error.message} ${error.hint}`).toMatch(words);
  });

  test('takes what makes sense', () => {
    checkStages([]);
    checkStages([topk, golomb, quantize, huffman]);
    checkStages([topk, quantize, golomb, entropy]);
    for (const { coding } of [...stagesAlone, ...optionCases, ...tensorCases, ...Object.values(presets)])
      checkStages(coding.stages);
  });

  test('refuses an unknown stage', () => {
    expect(refused(() => checkStages([{ topq: {} }])).code).toBe('argument/unknown-name');
  });
});

test.each([
  [{ topk: { fraction: 0 } }, 'topk.fraction'],
  [{ topk: { fraction: Number.NaN } }, 'topk.fraction'],
  [{ topk: { fraction: 1.5 } }, 'topk.fraction'],
  [{ quantize: { bits: 0 } }, 'quantize.bits'],
  [{ quantize: { bits: 17 } }, 'quantize.bits'],
  [{ quantize: { bits: 12, scale: 'gaussian' } }, 'quantize.bits'],
  [{ threshold: {} }, 'threshold.above'],
  [{ quantize: { bit: 3 } }, 'quantize'],
])('refuses the options %j', (choice, where) => {
  const error = refused(() => createStages([choice as Choice]));
  expect(error.code).toBe('argument/invalid');
  expect(error.where).toBe(where);
});

test('resolved choices have every option and resolve to themselves', () => {
  const chain = resolveChoices([topk, quantize, entropy]);
  expect(chain).toEqual([
    { topk: { fraction: 0.01, count: null, warmup: [] } },
    { quantize: { bits: 8, rounding: 'nearest', scale: 'absmax', block: null } },
    { entropy: { coder: 'auto' } },
  ]);
  expect(resolveChoices(chain)).toEqual(chain);
});
