import { chooseEngine } from '../shared/engine/choose.js';
import { sgd, type EvaluationResult, type LoadedExamples, type Trainer } from '../shared/engine/engine.js';
import type { CompiledNetwork } from '../shared/models/network.js';
import { prepare } from '../shared/scenario/prepare.js';
import type { Scenario } from '../shared/scenario/scenario.js';
import { serveWorker } from './child-program.js';
import type { EvaluatorRequest, EvaluatorSetup } from './evaluate.js';

/* The evaluation process: it evaluates one model after the other and leaves when the coordinator does. */

interface Ready {
  readonly whole: Trainer;
  /** Of the method's sub-models, each as evaluating needs it. */
  readonly nested: readonly Trainer[];
  readonly examples: LoadedExamples;
  readonly indices: Int32Array | undefined;
}

const setUp = async ({ scenario: json }: EvaluatorSetup): Promise<Ready> => {
  const scenario = JSON.parse(json) as Scenario;
  const { dataset, validation, evaluated, subModels } = await prepare(scenario);
  const { engine } = await chooseEngine(scenario.engine);
  const held = scenario.evaluate.split === 'validation';
  const examples = await engine.load(held ? dataset.train : dataset.test, dataset.inputShape);
  const compile = (network: CompiledNetwork): Promise<Trainer> =>
    engine.compile({ network, optimizer: sgd, batchSize: 1, scale: dataset.scale });
  const nested = await Promise.all((subModels?.all ?? []).map(({ network }) => compile(network)));
  return { whole: await compile(evaluated), nested, examples, indices: held ? validation : undefined };
};

serveWorker(setUp, ({ whole, nested, examples, indices }, request: EvaluatorRequest): Promise<EvaluationResult> => {
  const trainer = request.place === null ? whole : nested[request.place];
  return trainer.evaluate(examples, request.parameters, indices);
});
