import type { Coding } from '../../shared/codec/pipeline.js';
import type { Stage } from '../../shared/codec/stage-interface.js';
import { stages } from '../../shared/codec/stages/index.js';
import type { Choice } from '../../shared/util/registry.js';

/** Options for stages that can't do without. */
const required: Readonly<Record<string, Readonly<Record<string, unknown>>>> = { threshold: { above: 0.5 } };

/** The fewest stages before one that make it possible. */
const before = ({ takes }: Stage): Choice[] => {
  if (takes.includes('dense')) return [];
  if (takes.includes('sparse')) return [{ topk: { fraction: 0.1 } }];
  return [{ quantize: { bits: 4 } }];
};

/** Every registered stage with as little around it as possible. */
export const stagesAlone: readonly { name: string; coding: Coding }[] = stages.all.flatMap((stage) => {
  const chain = [...before(stage), { [stage.name]: required[stage.name] ?? {} }];
  return [
    {
      name: `${stage.name}, whole model, error feedback`,
      coding: { errorFeedback: true, scope: 'model', stages: chain },
    },
    { name: `${stage.name}, by tensor`, coding: { errorFeedback: false, scope: 'tensor', stages: chain } },
  ];
});

/** Options that the stages' defaults don't reach. */
export const optionCases: readonly { name: string; coding: Coding }[] = (
  [
    [{ topk: { count: 7 } }],
    [{ topk: { fraction: 1 } }],
    [{ randomk: { fraction: 0.7, scale: 'none' } }],
    [{ randomk: { fraction: 0.1 } }, { ternary: {} }, { entropy: {} }],
    [{ randomk: { fraction: 0.2 } }, { quantize: { bits: 4, rounding: 'stochastic' } }],
    [{ threshold: { above: 0 } }, { float16: {} }, { entropy: {} }],
    [{ qsgd: { adapt: 'dadaquant', levels: 300, bucket: 50 } }],
    [{ quantize: { bits: 1 } }],
    [{ quantize: { bits: 1, rounding: 'stochastic', block: 3 } }],
    [{ quantize: { bits: 2, scale: 'gaussian' } }],
    [{ quantize: { bits: 8, scale: 'gaussian', rounding: 'stochastic', block: 16 } }],
    [{ quantize: { bits: 16, rounding: 'stochastic' } }, { deflate: {} }],
    [{ quantize: { bits: 13 } }, { entropy: { coder: 'range' } }],
    [{ quantize: { bits: 5, block: 32 } }, { huffman: {} }],
    [{ topk: { fraction: 0.3 } }, { golomb: {} }, { quantize: { bits: 3 } }, { huffman: {} }],
    [{ topk: { fraction: 0.5 } }, { sign: {} }, { entropy: {} }],
    [{ topk: { fraction: 0.5 } }, { sign: {} }],
    [{ topk: { fraction: 0.02, warmup: [0.5, 0.3, 0.2] } }, { golomb: {} }],
    [{ topk: { count: 5, warmup: [0.1] } }],
    [{ sidco: { fraction: 0.3, law: 'gamma' } }],
    [{ sidco: { fraction: 0.05, law: 'pareto', stages: 1 } }, { cluster: { levels: 3 } }, { entropy: {} }],
    [{ quantize: { bits: 3, scale: 'minmax', rounding: 'stochastic' } }],
    [{ quantize: { bits: 16, scale: 'minmax' } }],
    [{ quantize: { bits: 4, scale: 'l2', rounding: 'stochastic', block: 40 } }],
    [{ quantize: { bits: 4, scale: 'minmax', rounding: 'dithered', block: 7 } }, { entropy: {} }],
    [{ quantize: { bits: 5, rounding: 'dithered' } }],
    [{ quantize: { bits: 2, scale: 'gaussian', rounding: 'dithered' } }],
    [{ randomk: { fraction: 0.3 } }, { quantize: { bits: 4, scale: 'minmax', block: 'channel' } }],
    [{ step: { size: 1, rounding: 'stochastic', powerOfTwo: true, decay: 0.9 } }, { rans: {} }],
    [{ topk: { fraction: 0.2 } }, { step: { size: 0.3, rounding: 'dithered' } }, { entropy: {} }],
    [{ step: { size: 1, zero: 1.5, restore: 'means' } }, { arithmetic: {} }],
    [{ topk: { fraction: 0.5 } }, { onebit: {} }],
    [{ quantize: { bits: 2, scale: 'trained' } }, { entropy: {} }],
    [{ sign: { scale: 'none' } }],
    [{ topk: { fraction: 0.5 } }, { sign: { scale: 'none' } }, { golomb: { divisor: 'any' } }],
    [{ cluster: { levels: 2 } }],
    [{ cluster: { levels: 256 } }, { huffman: {} }],
    [{ drive: { scale: 'least-error' } }],
    [{ eden: { bits: 0.3 } }, { entropy: {} }],
    [{ eden: { bits: 1.25, scale: 'least-error' } }],
    [{ eden: { bits: 7.9 } }],
    [{ eden: { bits: 8 } }],
    [{ rotate: {} }, { topk: { fraction: 0.2 } }, { float16: {} }],
    [{ qsgd: { levels: 20 } }, { eliasgamma: {} }],
    [{ qsgd: { levels: 20 } }, { eliasdelta: {} }],
    [{ step: { size: 1 } }, { entropy: { coder: 'map' } }],
    [{ topk: { fraction: 0.3 } }, { quantize: { bits: 3 } }, { entropy: { coder: 'map' } }],
  ] satisfies Choice[][]
).map((chain) => ({
  name: JSON.stringify(chain),
  coding: { errorFeedback: true, scope: 'model', stages: chain },
}));

/** Options that differ where tensors are coded each by itself. */
export const tensorCases: readonly { name: string; coding: Coding }[] = (
  [
    [{ quantize: { bits: 4, block: 'channel' } }],
    [{ quantize: { bits: 3, scale: 'minmax', rounding: 'stochastic', block: 'channel' } }, { huffman: {} }],
    [{ quantize: { bits: 3, scale: 'minmax', rounding: 'dithered', block: 'channel' } }],
    [{ step: { size: 0.5, rounding: 'dithered' } }, { entropy: {} }],
  ] satisfies Choice[][]
).map((chain) => ({
  name: `${JSON.stringify(chain)}, by tensor`,
  coding: { errorFeedback: true, scope: 'tensor', stages: chain },
}));
