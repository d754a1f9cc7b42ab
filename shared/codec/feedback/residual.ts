import { z } from 'zod';
import { CodedError } from '../../util/errors.js';
import type { CodecState } from '../codec.js';
import { energyOf, requireFinite } from '../energy.js';
import { defineFeedback, type Accumulation } from './feedback.js';
import { fromHalves, toHalves } from './halves.js';
import { floatsOfState } from './state-vector.js';
import { takeAway } from './take-away.js';

const options = z.strictObject({
  precision: z
    .enum(['float32', 'float16'])
    .default('float32')
    .describe('how the residual is kept: float32, 4 bytes a coordinate, or float16, 2 bytes'),
  decay: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe('the residual is multiplied by it before it is added, 0 < v ≤ 1: less than 1 forgets what is old'),
});

/** What is coded, with ‖v‖² and ‖x‖². */
type Sum = Omit<Accumulation, 'settle'>;

const addResidual = (fresh: Float32Array, residual: Float32Array, decay: number): Sum => {
  const input = new Float32Array(fresh.length);
  const even = fresh.length & ~1;
  let freshA = 0;
  let freshB = 0;
  let inputA = 0;
  let inputB = 0;
  for (let i = 0; i < even; i += 2) {
    const a = fresh[i];
    const b = fresh[i + 1];
    const sumA = Math.fround(a + decay * residual[i]);
    const sumB = Math.fround(b + decay * residual[i + 1]);
    input[i] = sumA;
    input[i + 1] = sumB;
    freshA += a * a;
    freshB += b * b;
    inputA += sumA * sumA;
    inputB += sumB * sumB;
  }
  if (even < fresh.length) {
    input[even] = fresh[even] + decay * residual[even];
    freshA += fresh[even] * fresh[even];
    inputA += input[even] * input[even];
  }
  const freshEnergy = requireFinite(freshA + freshB, fresh);
  return { input, freshEnergy, inputEnergy: requireFinite(inputA + inputB, input) };
};

const onlyFresh = (fresh: Float32Array): Sum => {
  const energy = energyOf(fresh);
  return { input: fresh, freshEnergy: energy, inputEnergy: energy };
};

type Precision = z.infer<typeof options>['precision'];

/** The residual as it is kept. */
const kept = (residual: Float32Array, precision: Precision): CodecState => {
  if (precision === 'float32') return { residual };
  const { halves, scale } = toHalves(residual);
  return { residual: halves, residualScale: scale };
};

/** @throws CodedError `params/layout-mismatch` */
const residualOf = (state: CodecState, precision: Precision, length: number): Float32Array | undefined => {
  if (precision === 'float32') return floatsOfState(state, 'residual', length);
  const halves = state['residual'];
  if (halves === undefined) return undefined;
  const scale = floatsOfState(state, 'residualScale', 1);
  if (halves instanceof Uint16Array && halves.length === length && scale) return fromHalves({ halves, scale });
  throw new CodedError('params/layout-mismatch', `The state's 'residual' has ${halves.length} numbers.`, {
    hint: `The codec needs ${length} of type float16, and their scale.`,
  });
};

/**
 * What coding lost is added to the next vector: the input is vector + residual, and the residual becomes input − decoded, in
 * float32: |decoded + residual − input| ≤ 2^−23 max(|decoded|, |residual|), and 0 where a coordinate is sent exactly or not
 * at all. Kept as float16 the residual r is off by at most max(2^−11 |r|, 2^−40 max |r|) more.
 */
export const residual = defineFeedback({
  name: 'residual',
  summary: 'what coding lost is added to the next vector',
  sends: 'vectors',
  memory: 'the residual: 4 bytes a coordinate, 2 with precision float16',
  paper:
    'Seide et al. 2014, 1-Bit Stochastic Gradient Descent; Stich, Cordonnier and Jaggi 2018, Sparsified SGD with Memory',
  options,
  create: ({ precision, decay }) => ({
    accumulate: (fresh, state) => {
      const old = residualOf(state, precision, fresh.length);
      const sum = old === undefined ? onlyFresh(fresh) : addResidual(fresh, old, decay);
      return {
        ...sum,
        settle: (pieces) => {
          // The sum with the old residual is needed no more, so its memory serves for the new one.
          const left = sum.input === fresh ? fresh.slice() : sum.input;
          const losses = takeAway(
            { values: fresh, energy: sum.freshEnergy },
            { values: left, energy: sum.inputEnergy },
            pieces,
          );
          return { ...losses, state: kept(left, precision) };
        },
      };
    },
  }),
});
