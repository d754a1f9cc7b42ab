import type { Choice } from '../util/registry.js';
import type { FeedbackChoice } from './feedback/feedback.js';
import type { Coding } from './pipeline.js';

/** A coding with a name, for scenarios: `uplink: stc`. */
export interface Preset {
  readonly summary: string;
  readonly coding: Coding;
}

const entropy: Choice = { entropy: { coder: 'auto' } };
const golomb: Choice = { golomb: {} };
const map: Choice = { entropy: { coder: 'map' } };
const range: Choice = { entropy: { coder: 'range' } };
const step = (size: number): Choice => ({ step: { size, restore: 'multiples' } });
const topk = (fraction: number): Choice => ({ topk: { fraction } });
const quantize = (bits: number, more: Readonly<Record<string, unknown>> = {}): Choice => ({
  quantize: { bits, ...more },
});

const coding = (
  stages: readonly Choice[],
  errorFeedback: FeedbackChoice,
  scope: Coding['scope'] = 'model',
): Coding => ({
  errorFeedback,
  scope,
  stages,
});

const float32: Preset = { summary: 'float32, nothing lost: 32 bits a parameter', coding: coding([], false) };

const stc = (fraction: number): Preset => ({
  summary: `sparse ternary compression, one coordinate in ${Math.round(1 / fraction)}, error feedback`,
  coding: coding([topk(fraction), { ternary: {} }, golomb], true),
});

/** Named codings. */
export const presets: Readonly<Record<string, Preset>> = {
  none: float32,
  'fedavg-float32': float32,
  float16: { summary: 'half precision with a common power of two', coding: coding([{ float16: {} }], false) },
  '8bit': {
    summary: '8 bits a parameter, stochastic rounding, a scale a tensor',
    coding: coding([quantize(8, { rounding: 'stochastic' })], false, 'tensor'),
  },
  '4bit': {
    summary: '4 bits a parameter, stochastic rounding, a scale for 64 values',
    coding: coding([quantize(4, { rounding: 'stochastic', block: 64 })], false, 'tensor'),
  },
  '8bit-channel': {
    summary: '8 bits a parameter, rounded to nearest between the least and the greatest value of each channel',
    coding: coding([quantize(8, { scale: 'minmax', block: 'channel' })], false, 'tensor'),
  },
  'klevel-16': {
    summary: '16 levels from the least to the greatest value of a tensor, stochastic rounding',
    coding: coding([quantize(4, { scale: 'minmax', rounding: 'stochastic' })], false, 'tensor'),
  },
  sign: {
    summary: 'EF-signSGD: signs with a scale a tensor, error feedback: 1 bit a parameter',
    coding: coding([{ sign: {} }], true, 'tensor'),
  },
  '1bit-sgd': {
    summary: '1-bit SGD: signs and two means a column, error feedback',
    coding: coding([{ onebit: {} }], true, 'tensor'),
  },
  signsgd: {
    summary: 'signSGD: signs alone, for the aggregation majority: 1 bit a parameter',
    coding: coding([{ sign: { scale: 'none' } }], false),
  },
  stc: stc(1 / 25),
  'stc-1-25': stc(1 / 25),
  'stc-1-100': stc(1 / 100),
  'stc-1-400': stc(1 / 400),
  ternary: {
    summary: 'one coordinate in 10 as a sign and a common magnitude, error feedback',
    coding: coding([topk(0.1), { ternary: {} }, entropy], true),
  },
  'topk-1-float32': {
    summary: 'the largest 1 % as float32, error feedback',
    coding: coding([topk(0.01), golomb], true),
  },
  'topk-1-8bit': {
    summary: 'the largest 1 % in 8 bits, entropy-coded, error feedback',
    coding: coding([topk(0.01), quantize(8), entropy], true),
  },
  'topk-4-4bit': {
    summary: 'the largest 4 % in 4 bits, entropy-coded, error feedback',
    coding: coding([topk(0.04), quantize(4), entropy], true),
  },
  fedpaq: {
    summary: 'QSGD of what local training changed, 7 levels above zero, a norm a tensor, entropy-coded',
    coding: coding([{ qsgd: { levels: 7 } }, entropy], false, 'tensor'),
  },
  qsgd: {
    summary: 'QSGD with buckets of 512 values, 7 levels above zero, entropy-coded',
    coding: coding([{ qsgd: { levels: 7, bucket: 512 } }, entropy], false, 'tensor'),
  },
  adaquantfl: {
    summary: 'AdaQuantFL, for the uplink: QSGD with more levels as the training loss falls, entropy-coded',
    coding: coding([{ qsgd: { levels: 4, adapt: 'adaquantfl' } }, entropy], false, 'tensor'),
  },
  dadaquant: {
    summary: 'DAdaQuant, for the uplink: QSGD with levels that double when the loss stalls, more for more samples',
    coding: coding([{ qsgd: { levels: 1, adapt: 'dadaquant' } }, entropy], false, 'tensor'),
  },
  terngrad: {
    summary: 'TernGrad: −s, 0 or s at random, clipped at 2.5 standard deviations, a scale a tensor, entropy-coded',
    coding: coding([{ terngrad: {} }, entropy], false, 'tensor'),
  },
  natural: {
    summary: 'natural compression: powers of two at random, entropy-coded',
    coding: coding([{ natural: {} }, entropy], false),
  },
  drive: { summary: 'DRIVE: signs of the rotated vector, unbiased', coding: coding([{ drive: {} }], false) },
  'eden-1': { summary: 'EDEN with 1 bit a coordinate', coding: coding([{ eden: { bits: 1 } }], false) },
  'eden-2': { summary: 'EDEN with 2 bits a coordinate', coding: coding([{ eden: { bits: 2 } }], false) },
  'eden-4': { summary: 'EDEN with 4 bits a coordinate', coding: coding([{ eden: { bits: 4 } }], false) },
  'eden-half': {
    summary: 'EDEN with half a bit a coordinate: signs of half the coordinates, drawn at random',
    coding: coding([{ eden: { bits: 0.5 } }], false),
  },
  'rotated-4bit': {
    summary: 'the rotated vector in 4 bits, stochastic rounding, a scale for 4096 coordinates',
    coding: coding([{ rotate: {} }, quantize(4, { rounding: 'stochastic', block: 4096 })], false),
  },
  'step-2': {
    summary: 'multiples of 2 root mean squares, entropy-coded, error feedback',
    coding: coding([step(2), map], true),
  },
  'step-4': {
    summary: 'multiples of 4 root mean squares, entropy-coded, error feedback',
    coding: coding([step(4), map], true),
  },
  'step-1-dithered': {
    summary: 'multiples of the root mean square with subtractive dither, entropy-coded: unbiased, no error feedback',
    coding: coding([{ step: { size: 1, rounding: 'dithered' } }, range], false),
  },
  powersgd: {
    summary: 'two factors of rank 2 a matrix, error feedback',
    coding: coding([{ lowrank: { rank: 2 } }], true, 'tensor'),
  },
  'sidco-1-8bit': {
    summary: 'about the largest 1 % by an estimated threshold, in 8 bits, entropy-coded, error feedback',
    coding: coding([{ sidco: { fraction: 0.01 } }, quantize(8), entropy], true),
  },
  sbc: {
    summary: 'sparse binary compression: the largest 1 % of one sign as their mean, error feedback',
    coding: coding([{ sbc: { fraction: 0.01 } }, golomb], true),
  },
  dgc: {
    summary:
      'Deep Gradient Compression: a velocity adds up until it is among the largest; 25 %, 6.3 %, 1.5 % and 0.4 % in the first rounds, then 0.1 %, as float32',
    coding: coding([{ topk: { fraction: 0.001, warmup: [0.25, 0.063, 0.015, 0.004] } }, golomb], { momentum: {} }),
  },
  fedzip: {
    summary: 'FedZip: the largest 10 % as one of 16 values that k-means finds, entropy-coded',
    coding: coding([topk(0.1), { cluster: { levels: 16 } }, entropy], false),
  },
  bfloat16: { summary: 'the upper half of float32', coding: coding([{ bfloat16: {} }], false) },
  fp8: {
    summary: 'eight-bit floats (E4M3) with a power of two a tensor',
    coding: coding([{ float8: {} }], false, 'tensor'),
  },
  mxfp4: { summary: 'MXFP4: four-bit floats in blocks of 32', coding: coding([{ mx: {} }], false) },
  nf4: { summary: 'NF4: quantiles of a Gaussian, blocks of 64', coding: coding([{ nf4: {} }], false) },
  'randomk-1': {
    summary: 'a random 1 % as float32, scaled to be unbiased; no positions are sent',
    coding: coding([{ randomk: { fraction: 0.01 } }], false),
  },
};
