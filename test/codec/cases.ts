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
  ] satisfies Choice[][]
).map((chain) => ({
  name: JSON.stringify(chain),
  coding: { errorFeedback: true, scope: 'model', stages: chain },
}));
