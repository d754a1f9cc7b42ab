import { initialize } from '../../models/initialize.js';
import { CodedError } from '../../util/errors.js';
import { measure } from '../measures.js';
import { uncompressed, type CompressedModel } from '../model.js';
import type { TrainingPlan, Workbench } from '../workbench.js';
import { wordsOf } from './architecture.js';
import type { Priced } from './price.js';
import { better, type SearchProblem, type Trial } from './strategies/strategy.js';

/** How candidates and the chosen network train. */
export type Schooling = Pick<TrainingPlan, 'batchSize' | 'learningRate'> & Required<Pick<TrainingPlan, 'optimizer'>>;

export interface EvaluatorOptions {
  readonly bench: Workbench;
  readonly schooling: Schooling;
  /** Training examples of a first evaluation. */
  readonly examples: number;
  /** How often {@link Evaluator.evaluate} will be called. */
  readonly evaluations: number;
  /** What sees each trial, those of networks that were tried before too. */
  readonly onTrial: (trial: Trial) => void;
}

/** A network of the seed's first parameters. */
export const untrained = ({ network }: Pick<Priced, 'network'>, seed: number): CompressedModel =>
  uncompressed(network, initialize(network, seed));

const phase = 'evaluation';

/** Trains networks on the same examples in the same order of parts, so that they differ in nothing else. */
const partsOf = (bench: Workbench): ((from: number, to: number) => Int32Array) => {
  const order = bench.random('search/examples').shuffle(bench.pool.slice());
  return (from, to) => Int32Array.from({ length: to - from }, (_, i) => order[(from + i) % order.length]);
};

/** The model after training; null where its numbers became NaN or infinite. */
const schooled = async (
  bench: Workbench,
  model: CompressedModel,
  plan: TrainingPlan,
): Promise<CompressedModel | null> => {
  try {
    return (await bench.train(model, plan)).model;
  } catch (error) {
    if (error instanceof CodedError && error.code === 'engine/diverged') return null;
    throw error;
  }
};

/** Evaluates by short training: accuracy is that on the held-out training examples. */
export const makeEvaluator = (options: EvaluatorOptions): SearchProblem['evaluate'] => {
  const { bench, schooling, examples, evaluations, onTrial } = options;
  const part = partsOf(bench);
  let count = 0;
  let best: Trial | null = null;
  return async (candidate, effort, from) => {
    const start = from?.model ?? untrained(candidate, bench.seed);
    const [seen, total] = [from?.model ? from.examples : 0, effort * examples];
    const standing = best === null ? '' : `, best so far ${(best.accuracy * 100).toFixed(1)} %`;
    const note = `network ${count + 1} of ${evaluations}${standing}: ${wordsOf(candidate.architecture)}`;
    const share = [count / evaluations, (count + 1) / evaluations] as const;
    bench.report({ phase, done: share[0], note });
    const plan = { ...schooling, phase, note, share, epochs: 1, indices: part(seen, total) };
    const model = await schooled(bench, start, plan);
    const { accuracy, loss } = model === null ? { accuracy: 0, loss: null } : await bench.evaluate(model, 'validation');
    const { architecture, network, flops, parameters } = candidate;
    const { storedBytes } = measure(model ?? start);
    const cost = { architecture, network, flops, parameters, storedBytes };
    const trial = { ...cost, examples: total, accuracy, loss, model };
    count++;
    best = best === null ? trial : better(best, trial);
    onTrial(trial);
    return trial;
  };
};
