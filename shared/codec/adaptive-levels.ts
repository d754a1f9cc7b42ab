import type { Choice } from '../util/registry.js';

/*
 * How many levels a quantizer has, over rounds and clients. The coordinator decides from the training losses that it knows
 * anyway, and says the number in each task; the client writes it into the payload, so that decoding depends on nothing else.
 *
 * AdaQuantFL (Jhunjhunwala et al. 2021, Adaptive Quantization of Model Updates for Communication-Efficient Federated Learning):
 * s_t = s_0 √(F(w_0) / F(w_t)), finer as the loss falls.
 *
 * DAdaQuant (Hönig, Zhao and Mullins 2022, DAdaQuant: Doubly-adaptive quantization for communication-efficient Federated
 * Learning): the number doubles when a running mean of the loss has not fallen for some rounds, and a client with the share w_i
 * of the cohort's samples gets q_i ∝ w_i^(2/3), which sends the fewest levels at the same variance Σ w_i²/q_i² of the mean.
 */

export const adaptiveRules = ['none', 'adaquantfl', 'dadaquant'] as const;

/** Levels above zero that a quantizer can have. */
export const mostLevels = 32767;

/** What a coding asks for. */
export interface Adaptation {
  readonly rule: 'adaquantfl' | 'dadaquant';
  /** Levels of the first round. */
  readonly levels: number;
  /** Rounds without a lower running loss after which DAdaQuant doubles. */
  readonly patience: number;
}

/** What the coordinator keeps from round to round: plain data. */
export interface LevelState {
  /** Of the round: before clients differ, and not rounded. */
  readonly level: number;
  /** Mean training loss of the first round that had one. */
  readonly firstLoss: number | null;
  /** Running means of the loss of the last rounds, oldest first, since the number last doubled. */
  readonly running: readonly number[];
}

/** Weight of the running mean's past. */
const inertia = 0.9;

/** @returns null where no stage adapts */
export const adaptationOf = (stages: readonly Choice[]): Adaptation | null => {
  const options = stages.map((stage) => stage['qsgd']).find((found) => found !== undefined);
  if (options === undefined || options['adapt'] === 'none' || options['adapt'] === undefined) return null;
  return {
    rule: options['adapt'] as Adaptation['rule'],
    levels: options['levels'] as number,
    patience: options['patience'] as number,
  };
};

export const firstLevels = ({ levels }: Adaptation): LevelState => ({ level: levels, firstLoss: null, running: [] });

const clamp = (level: number): number => Math.min(mostLevels, Math.max(1, level));

/** @param loss mean training loss of a round, at least 0 */
export const nextLevels = ({ rule, levels, patience }: Adaptation, state: LevelState, loss: number): LevelState => {
  const firstLoss = state.firstLoss ?? loss;
  if (rule === 'adaquantfl') {
    const ratio = firstLoss === 0 ? 1 : firstLoss / loss;
    return { level: clamp(levels * Math.sqrt(ratio)), firstLoss, running: [] };
  }
  const last = state.running.at(-1);
  const mean = last === undefined ? loss : inertia * last + (1 - inertia) * loss;
  const running = [...state.running, mean];
  if (running.length <= patience) return { level: state.level, firstLoss, running };
  // The oldest that is kept is the mean of `patience` rounds ago.
  if (mean < running[0]) return { level: state.level, firstLoss, running: running.slice(1) };
  return { level: clamp(2 * state.level), firstLoss, running: [mean] };
};

/**
 * Levels of each client of a cohort, whole numbers from 1 to {@link mostLevels}.
 * @param samples of each client
 */
export const clientLevels = ({ rule }: Adaptation, { level }: LevelState, samples: readonly number[]): number[] => {
  const whole = (value: number): number => clamp(Math.round(value));
  if (rule === 'adaquantfl') return samples.map(() => whole(level));
  return equalVariance(level, samples).map(whole);
};

/** q_i = √(a/b) w_i^(2/3) with a = Σ w_j^(2/3) and b = Σ w_j²/q²: what all would have with q levels each, in fewer. */
export const equalVariance = (level: number, samples: readonly number[]): number[] => {
  const total = samples.reduce((sum, count) => sum + count, 0);
  if (total === 0) return samples.map(() => level);
  const powers = samples.map((count) => Math.cbrt((count / total) ** 2));
  const a = powers.reduce((sum, power) => sum + power, 0);
  const b = samples.reduce((sum, count) => sum + (count / total / level) ** 2, 0);
  return powers.map((power) => Math.sqrt(a / b) * power);
};
