import type { Choice } from '../util/registry.js';
import type { Coding } from './pipeline.js';

/** A coding with a name, for scenarios: `uplink: stc`. */
export interface Preset {
  readonly summary: string;
  readonly coding: Coding;
}

const entropy: Choice = { entropy: { coder: 'auto' } };
const golomb: Choice = { golomb: {} };
const topk = (fraction: number): Choice => ({ topk: { fraction } });
const quantize = (bits: number, more: Readonly<Record<string, unknown>> = {}): Choice => ({
  quantize: { bits, ...more },
});

const coding = (stages: readonly Choice[], errorFeedback: boolean, scope: Coding['scope'] = 'model'): Coding => ({
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
  sign: {
    summary: 'signs with a scale a tensor, error feedback: 1 bit a parameter',
    coding: coding([{ sign: {} }], true, 'tensor'),
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
  'randomk-1': {
    summary: 'a random 1 % as float32, scaled to be unbiased; no positions are sent',
    coding: coding([{ randomk: { fraction: 0.01 } }], false),
  },
};
