import { chooseEngine } from '../shared/engine/choose.js';
import { sgd, type LoadedExamples, type Trainer } from '../shared/engine/engine.js';
import { prepare } from '../shared/scenario/prepare.js';
import type { Scenario } from '../shared/scenario/scenario.js';
import { messageOf } from '../shared/util/errors.js';
import type { EvaluatorReply, EvaluatorRequest, EvaluatorSetup } from './evaluate.js';

/* The evaluation process: it evaluates one model after the other and leaves when the coordinator does. */

interface Ready {
  readonly trainer: Trainer;
  readonly examples: LoadedExamples;
  readonly indices: Int32Array | undefined;
}

const reply = (message: EvaluatorReply): void => {
  process.send?.(message);
};

const setUp = async ({ scenario: json }: EvaluatorSetup): Promise<Ready> => {
  const scenario = JSON.parse(json) as Scenario;
  const { dataset, validation, network } = await prepare(scenario);
  const { engine } = await chooseEngine(scenario.engine);
  const held = scenario.evaluate.split === 'validation';
  const examples = await engine.load(held ? dataset.train : dataset.test, dataset.inputShape);
  const trainer = await engine.compile({ network, optimizer: sgd, batchSize: 1, scale: dataset.scale });
  return { trainer, examples, indices: held ? validation : undefined };
};

let ready: Promise<Ready> | null = null;

const handle = async (request: EvaluatorRequest): Promise<void> => {
  if ('setup' in request) {
    ready = setUp(request.setup);
    await ready;
    return;
  }
  if (ready === null) throw new Error('evaluation before set-up');
  const { trainer, examples, indices } = await ready;
  const result = await trainer.evaluate(examples, request.parameters, indices);
  reply({ id: request.id, result });
};

process.on('message', (request) => {
  handle(request as EvaluatorRequest).catch((error: unknown) => reply({ error: messageOf(error) }));
});
process.on('disconnect', () => process.exit(0));
// The terminal sends Ctrl-C to every process; the coordinator says when to leave.
process.on('SIGINT', () => undefined);
