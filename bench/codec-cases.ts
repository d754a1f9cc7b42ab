import type { Coding } from '../shared/codec/pipeline.js';
import { presets } from '../shared/codec/presets.js';
import type { Stage } from '../shared/codec/stage-interface.js';
import { stages } from '../shared/codec/stages/index.js';
import type { Choice } from '../shared/util/registry.js';

/** What is measured: a preset, the product's part of a target, a stage by itself, or what a peer alone does. */
export interface CodecCase {
  readonly group: 'preset' | 'chain' | 'stage' | 'peer';
  readonly name: string;
  /** Null for the work of a peer alone. */
  readonly coding: Coding | null;
  /** The same work in `bench/peers/codec_peer.py`; null where it has none. */
  readonly work: string | null;
}

/** What the peers have of the presets' work, without entropy codes. */
const workOf: Readonly<Record<string, string>> = {
  none: 'copy',
  float16: 'float16',
  bfloat16: 'bfloat16',
  fp8: 'float8',
  '8bit': 'quantize 8',
  '4bit': 'blocks 4',
  sign: 'sign',
  'stc-1-25': 'ternary 1/25',
  'stc-1-100': 'ternary 1/100',
  'stc-1-400': 'ternary 1/400',
  ternary: 'ternary 1/10',
  'topk-1-float32': 'topk float32',
  'topk-1-8bit': 'topk 8',
  qsgd: 'qsgd',
  terngrad: 'terngrad',
  natural: 'natural',
  drive: 'drive',
  'eden-1': 'drive',
  powersgd: 'lowrank',
  'randomk-1': 'randomk',
};

/** Presets of the same coding are measured once, under the name that says most. */
const presetCases = (): CodecCase[] => {
  const names = new Map<string, string>();
  for (const [name, { coding }] of Object.entries(presets)) {
    const same = JSON.stringify(coding);
    if (names.get(same) === undefined || workOf[name] !== undefined) names.set(same, name);
  }
  return [...names.values()].map((name) => ({
    group: 'preset',
    name,
    coding: presets[name].coding,
    work: workOf[name] ?? null,
  }));
};

const whole = (errorFeedback: boolean, ...chain: Choice[]): Coding => ({
  errorFeedback,
  scope: 'model',
  stages: chain,
});

/** Names that the targets of `docs/performance.md` go by. */
export const targetNames = {
  sparse: 'top-k 1 %, 8 bits, Golomb',
  stochastic8: '8 bits, stochastic',
  stochastic4: '4 bits, stochastic',
  select: 'top-k 1 % alone',
} as const;

const sparse: readonly Choice[] = [{ topk: { fraction: 0.01 } }, { quantize: { bits: 8 } }, { golomb: {} }];
const stochastic = (bits: number): Choice => ({ quantize: { bits, rounding: 'stochastic' } });

const chainCases: readonly CodecCase[] = [
  { group: 'chain', name: targetNames.sparse, coding: whole(false, ...sparse), work: 'topk 8' },
  { group: 'chain', name: `${targetNames.sparse}, error feedback`, coding: whole(true, ...sparse), work: 'topk 8' },
  { group: 'chain', name: targetNames.stochastic8, coding: whole(false, stochastic(8)), work: 'quantize 8' },
  { group: 'chain', name: targetNames.stochastic4, coding: whole(false, stochastic(4)), work: 'quantize 4' },
  {
    group: 'chain',
    name: '8 bits, nearest',
    coding: whole(false, { quantize: { bits: 8 } }),
    work: 'quantize 8 nearest',
  },
  { group: 'peer', name: targetNames.select, coding: null, work: 'select' },
];

/** Options for stages that can't do without: of the vector's size, or so that there is something to do. */
const needed: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { threshold: { above: 0.01 } };

/** The fewest stages before one that make it possible. */
const before = (stage: Stage): Choice[] => {
  if (stage.role === 'coder') {
    return stage.codes.includes('symbols') ? [{ quantize: { bits: 4 } }] : [{ topk: { fraction: 0.01 } }];
  }
  return stage.takes.includes('dense') ? [] : [{ topk: { fraction: 0.01 } }];
};

/** Every stage with as little around it as it can do with. */
const stageCases = (): CodecCase[] =>
  stages.all.map((stage) => {
    const chain = [...before(stage), { [stage.name]: needed[stage.name] ?? {} }];
    const names = chain.map((choice) => Object.keys(choice)[0]);
    return { group: 'stage', name: names.join(' + '), coding: whole(false, ...chain), work: null };
  });

/** All that `npm run bench -- codec` measures. */
export const codecCases = (): CodecCase[] => [...presetCases(), ...chainCases, ...stageCases()];
