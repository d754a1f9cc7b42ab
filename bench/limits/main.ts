import { readFileSync, writeFileSync } from 'node:fs';
import { renderSvg } from '../../report/render/svg.js';
import { createCodec } from '../../shared/codec/pipeline.js';
import { makeLayout } from '../../shared/params/layout.js';
import type { Choice } from '../../shared/util/registry.js';
import { RandomStream } from '../../shared/util/random.js';
import { clients, measureSources, roundsBefore, type Measured } from './figures.js';
import type { PresetPoint } from './presets.js';
import { ecsq, eden, lloydMax, positionBits, positionEntropy, shannon, ternary, topk } from './theory.js';

/*
 * `npm run limits`: what theory allows on a Gaussian beside what the codecs of this project do, in payload bytes, written to
 * docs/limits.md; and every preset on a Gaussian and on real updates, drawn for docs/codecs.md.
 */

const length = 2 ** 20;
const layout = makeLayout([{ name: 'vector', shape: [length], role: 'weight' }]);
const random = new RandomStream({ seed: 1, purpose: 'bench/limits' });
const gaussian = Float32Array.from({ length }, () => random.normal());

interface Coded {
  /** Payload bits a number, header and all. */
  readonly bits: number;
  readonly nmse: number;
}

const measure = (...stages: readonly Choice[]): Coded => {
  const key = { seed: 1, round: 1, client: 1, part: 'delta' };
  const codec = createCodec({ errorFeedback: false, scope: 'model', stages });
  const { payload, measures } = codec.encode(gaussian, { key, layout }, {});
  return { bits: (8 * payload.length) / length, nmse: measures.errorEnergy / measures.inputEnergy };
};

const show = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const text = value.toPrecision(4);
  return Math.abs(value) < 1e-3 ? value.toExponential(3) : String(Number(text));
};

const table = (titles: readonly string[], rows: readonly (readonly (number | string)[])[]): string =>
  [
    `| ${titles.join(' | ')} |`,
    `| ${titles.map(() => '--:').join(' | ')} |`,
    ...rows.map((row) => `| ${row.map((value) => (typeof value === 'number' ? show(value) : value)).join(' | ')} |`),
  ].join('\n');

/** The step whose payload takes the wanted bits. */
const stepAt = (bits: number): Coded => {
  let [low, high] = [0.02, 40];
  const at = (size: number): Coded => measure({ step: { size } }, { entropy: { coder: 'rans' } });
  for (let i = 0; i < 12; i++) {
    const size = Math.sqrt(low * high);
    if (at(size).bits > bits) low = size;
    else high = size;
  }
  return at(high);
};

const rates = (): string =>
  table(
    [
      'bits',
      'Shannon',
      'ECSQ',
      '`step`, rANS: bits',
      'NMSE',
      'over ECSQ',
      'unbiased limit',
      'EDEN',
      '`eden`: bits',
      'NMSE',
    ],
    [0.25, 0.5, 1, 2, 3, 4, 5, 6, 8].map((bits) => {
      const coded = stepAt(bits);
      const unbiased = measure({ eden: { bits } });
      return [
        bits,
        shannon(bits),
        ecsq(bits),
        coded.bits,
        coded.nmse,
        `${(100 * (coded.nmse / ecsq(coded.bits) - 1)).toFixed(1)} %`,
        1 / (2 ** (2 * bits) - 1),
        eden(bits),
        unbiased.bits,
        unbiased.nmse,
      ];
    }),
  );

const quantizers = (): string =>
  table(
    [
      'bits',
      'Lloyd-Max',
      '`lloydmax`',
      'its entropy',
      'with rANS: bits',
      'best uniform: `quantize`, gaussian',
      'with rANS: bits',
    ],
    [1, 2, 3, 4, 5, 6, 8].map((bits) => {
      const uniform = { quantize: { bits, scale: 'gaussian' } };
      return [
        bits,
        lloydMax(bits).nmse,
        measure({ lloydmax: { bits } }).nmse,
        lloydMax(bits).bits,
        measure({ lloydmax: { bits } }, { rans: {} }).bits,
        measure(uniform).nmse,
        measure(uniform, { rans: {} }).bits,
      ];
    }),
  );

const sparsifiers = (): string =>
  table(
    [
      'kept',
      'top-k NMSE',
      '`topk`',
      'h2 + 32 p',
      'with golomb: bits',
      'STC NMSE',
      '`topk`, `ternary`',
      'h2 + p',
      'with golomb: bits',
      'random-k NMSE',
      '`randomk`',
    ],
    [0.25, 0.1, 0.05, 0.04, 0.01, 0.0025, 0.001].map((p) => {
      const sent = measure({ topk: { fraction: p } }, { golomb: {} });
      const signs = measure({ topk: { fraction: p } }, { ternary: {} }, { golomb: {} });
      return [
        p,
        topk(p).nmse,
        sent.nmse,
        topk(p).bits,
        sent.bits,
        ternary(p).nmse,
        signs.nmse,
        ternary(p).bits,
        signs.bits,
        1 / p - 1,
        measure({ randomk: { fraction: p } }).nmse,
      ];
    }),
  );

const positions = (): string => {
  const coders = ['golomb', 'eliasfano', 'rans', 'arithmetic', 'eliasgamma', 'eliasdelta', 'varint'] as const;
  return table(
    ['density', 'entropy', ...coders.map((name) => `\`${name}\``), 'Rice in theory', 'gamma', 'delta', 'LEB128'],
    [0.25, 0.1, 0.05, 0.04, 0.01, 0.0025, 0.001].map((p) => {
      const values = measure({ topk: { fraction: p } }).bits;
      const raw = Math.ceil(Math.log2(length));
      const measured = coders.map((name) => {
        const { bits } = measure({ topk: { fraction: p } }, { [name]: {} });
        return (bits - values) / p + raw;
      });
      const theory = [positionBits.golomb, positionBits.eliasgamma, positionBits.eliasdelta, positionBits.varint];
      return [p, positionEntropy(p), ...measured, ...theory.map((bits) => bits(p))];
    }),
  );
};

const formats = (): string =>
  table(
    ['format', 'bits', 'NMSE'],
    (
      [
        ['`float16`', [{ float16: {} }]],
        ['`bfloat16`', [{ bfloat16: {} }]],
        ['`float8` e4m3', [{ float8: { format: 'e4m3' } }]],
        ['`float8` e5m2', [{ float8: { format: 'e5m2' } }]],
        ['`mx` fp8-e4m3', [{ mx: { element: 'fp8-e4m3' } }]],
        ['`mx` fp4', [{ mx: { element: 'fp4' } }]],
        ['`nf4`', [{ nf4: {} }]],
        ['`quantize` 8, block 64', [{ quantize: { bits: 8, block: 64 } }]],
        ['`quantize` 4, block 64', [{ quantize: { bits: 4, block: 64 } }]],
        ['`quantize` 4, block 64, stochastic', [{ quantize: { bits: 4, block: 64, rounding: 'stochastic' } }]],
        ['`natural`', [{ natural: {} }]],
        ['`terngrad`, clip none', [{ terngrad: { clip: null } }]],
        ['`sign`', [{ sign: {} }]],
        ['`qsgd` 7, max, bucket 512', [{ qsgd: { levels: 7, norm: 'max', bucket: 512 } }]],
        ['`qsgd` 15, l2, bucket 512', [{ qsgd: { levels: 15, bucket: 512 } }]],
      ] as const
    ).map(([name, stages]) => {
      const { bits, nmse } = measure(...stages);
      return [name, bits, nmse];
    }),
  );

const sources = await measureSources(gaussian);

const pointOf = ({ points }: Measured, preset: string): PresetPoint => points.find((point) => point.preset === preset)!;

const presetRows = (): string => {
  const titles = sources.flatMap(({ title }) => [`${title}: bits`, 'NMSE']);
  const rows = sources[0].points.map(({ preset, family }) => [
    `\`${preset}\``,
    family,
    ...sources.flatMap((source) => {
      const { bits, nmse } = pointOf(source, preset);
      return [bits, nmse];
    }),
  ]);
  return table(['preset', 'family', ...titles], rows);
};

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** What the largest hundredth of the coordinates has of the energy. */
const topShare = (source: Measured): string => percent(1 - pointOf(source, 'topk-1-float32').nmse);

/** The part of docs/codecs.md that is made here. */
const figures = (): string => {
  const [normal, iid, shards] = sources;
  return [
    `![Error against bits of all presets on Gaussian numbers](images/codecs-${normal.name}.svg)`,
    `Real updates are easier: their largest 1 % of coordinates hold ${topShare(iid)} of the energy on IID data and ${topShare(shards)} with two classes a client, a Gaussian’s ${topShare(normal)}. So codecs that spend bits where values are large are far below the Gaussian’s limit there, and codecs that treat all coordinates alike are not.`,
    `![The same on updates of a network on MNIST, IID](images/codecs-${iid.name}.svg)`,
    `![The same on updates with two classes a client](images/codecs-${shards.name}.svg)`,
  ].join('\n\n');
};

const replaceBetween = (text: string, name: string, content: string): string => {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The marks ${begin} and ${end} are missing.`);
  return `${text.slice(0, from)}${begin}\n\n${content}\n\n${text.slice(to)}`;
};

const page = `# Limits

<!-- Made by npm run limits. -->

What theory allows for independent numbers of a standard Gaussian, and what the codecs do with 2^20 of them: bits are the whole
payload's, NMSE is ‖x−x̂‖²/‖x‖². Real updates are not Gaussian and may take fewer bits than this page says, never fewer than their own
entropy. Columns with stages in \`code\` are measured, the others computed; \`test/codec/limits.test.ts\` holds the computed ones to
values from elsewhere.

## Bits against error

Shannon's bound is 2^−2R. ECSQ is the best scalar quantizer with an ideal entropy code, at high rates 0.2546 bit from the bound.
An unbiased code can't be better than 1/(2^2R − 1).

${rates()}

## Quantizers with fixed lengths

${quantizers()}

## Sparsifiers

With ideal positions, sparse ternary compression is about the best scalar quantizer below one bit.

${sparsifiers()}

## Positions

Bits for each kept coordinate; what coders take beyond the values.

${positions()}

## Formats

${formats()}

## Presets

Every preset by itself: on the Gaussian numbers, and on updates of a 784-200-200-10 network on MNIST, taken from a run of this
project (100 clients, ten a round, one epoch, seed 1): means over ${clients.length} clients after ${roundsBefore.join(' and after ')} rounds. These are first
updates: what error feedback brings back later is lost here. [codecs.md](codecs.md#error-against-bits) has the pictures.

${presetRows()}
`;

writeFileSync('docs/limits.md', page);
for (const { name, picture } of sources) writeFileSync(`docs/images/codecs-${name}.svg`, await renderSvg(picture));
const codecs = readFileSync('docs/codecs.md', 'utf8');
writeFileSync('docs/codecs.md', replaceBetween(codecs, 'figures', figures()));
console.log(page);
