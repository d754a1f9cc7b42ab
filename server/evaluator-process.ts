import { chooseEngine } from '../shared/engine/choose.js';
import { sgd, type EvaluationResult, type LoadedExamples, type Trainer } from '../shared/engine/engine.js';
import { prepare } from '../shared/scenario/prepare.js';
import type { Scenario } from '../shared/scenario/scenario.js';
import { serveWorker } from './child-program.js';
import type { EvaluatorRequest, EvaluatorSetup } from './evaluate.js';

/* The evaluation process: it evaluates one model after the other and leaves when the coordinator does. */

interface Ready {
  readonly trainer: Trainer;
  readonly examples: LoadedExamples;
  readonly indices: Int32Array | undefined;
}

const setUp = async ({ scenario: json }: EvaluatorSetup): Promise<Ready> => {
  const scenario = JSON.parse(json) as Scenario;
  const { dataset, validation, evaluated: network } = await prepare(scenario);
  const { engine } = await chooseEngine(scenario.engine);
  const held = scenario.evaluate.split === 'validation';
  const examples = await engine.load(held ? dataset.train : dataset.test, dataset.inputShape);
  const trainer = await engine.compile({ network, optimizer: sgd, batchSize: 1, scale: dataset.scale });
  return { trainer, examples, indices: held ? validation : undefined };
};

serveWorker(setUp, ({ trainer, examples, indices }, { parameters }: EvaluatorRequest): Promise<EvaluationResult> =>
  trainer.evaluate(examples, parameters, indices),
);
