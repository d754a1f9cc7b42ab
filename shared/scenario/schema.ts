import { z } from 'zod';
import { chosenFeedback } from '../codec/error-feedback.js';
import { datasets } from '../data/datasets/index.js';
import { partitions } from '../data/partition/index.js';
import { aggregationRules } from '../method/aggregate/index.js';
import { methods } from '../method/index.js';
import { models } from '../models/catalogue/index.js';
import { choiceOf } from '../options/choice.js';
import { downlink, uplink } from './coding.js';
import { modelCompression, pruningConflicts } from './compression-schema.js';
import { keepsIntegers, keepsMasks } from './lossless-check.js';
import { asIssue } from '../options/issues.js';
import { losses } from './training/losses.js';
import { optimizers } from './training/optimizers.js';
import { schedules } from './training/schedules.js';
import type { Problem } from '../options/problem.js';
import { bitRate, computeRate, duration, quantity } from './quantity.js';
import type { Scenario } from './scenario.js';
import { sweepSchema } from './sweep-schema.js';
import { name, seed } from './words.js';

const whole = (least: number, most: number): z.ZodNumber => z.int().min(least).max(most);

const publicSet = z
  .strictObject({
    examples: whole(1, 2 ** 31 - 1).describe('Number of public examples; from 1, and less than the training examples.'),
    send: z
      .boolean()
      .default(true)
      .describe(
        'Whether each client is sent them with its first task, counted like everything else, or has them already: true or false.',
      ),
  })
  .nullable()
  .prefault(null)
  .describe(
    'Training examples that are no client’s but everyone’s, without labels, for methods that distil; null: none.',
  );

const dataset = z
  .strictObject({
    name: z.enum(datasets.all.map((plugIn) => plugIn.name)).describe('Which dataset, by its name.'),
    folder: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        'A folder with the dataset’s files, relative to where the command runs; null where they come with the package.',
      ),
    validation: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe('Part of the training examples held out for stopping and choosing; at least 0 and less than 1.'),
    public: publicSet,
    partition: choiceOf(partitions, 'How the training examples are dealt to the clients.').prefault('iid'),
  })
  .describe('What the clients learn from.');

const clients = z
  .strictObject({
    // Client numbers are unsigned 32-bit integers, and the greatest is the coordinator's.
    total: whole(1, 2 ** 32 - 1).describe('Number of clients; from 1 to 4294967295.'),
    perRound: whole(1, 100_000).describe(
      'Clients drawn in each round (the cohort); from 1 to 100000 and at most total.',
    ),
  })
  .describe('The population.');

const local = z
  .strictObject({
    epochs: whole(1, 10_000).default(1).describe('Passes over a client’s own examples in a round; from 1 to 10000.'),
    batchSize: whole(1, 1_000_000).default(10).describe('Examples in one step; from 1 to 1000000.'),
    optimizer: choiceOf(optimizers, 'How a client takes a step.').prefault('sgd'),
    loss: choiceOf(losses, 'What training makes small.').prefault('crossEntropy'),
    schedule: choiceOf(schedules, 'How the learning rate goes over the rounds.').prefault('constant'),
    clipNorm: z
      .number()
      .gt(0)
      .nullable()
      .default(null)
      .describe('A batch’s gradient is shortened to this Euclidean norm; more than 0, null: never.'),
  })
  .describe('What a client does in a round.');

const network = z
  .strictObject({
    uplink: quantity(bitRate, { min: 0, exclusive: true }, 'Speed of a client’s link to the coordinator.'),
    downlink: quantity(bitRate, { min: 0, exclusive: true }, 'Speed of the link from the coordinator to a client.'),
    latency: quantity(
      duration,
      { min: 0, max: 3600 },
      'Time that a message takes one way, whatever its size.',
    ).prefault(0),
    spread: z
      .number()
      .min(0)
      .max(3)
      .default(0)
      .describe('How much clients differ: sigma of a log-normal factor on links and device; from 0, all alike, to 3.'),
    compute: quantity(
      computeRate,
      { min: 0, exclusive: true },
      'Speed of a client’s device; null: computing takes no time.',
    )
      .nullable()
      .prefault(null),
  })
  .nullable()
  .prefault(null)
  .describe('Simulated links and devices; null: no simulated time.');

const round = z
  .strictObject({
    deadline: quantity(
      duration,
      { min: 0, exclusive: true },
      'Simulated time from a round’s start after which an update is too late; null: none is.',
    )
      .nullable()
      .prefault(null),
    watchdog: quantity(
      duration,
      { min: 0, exclusive: true, max: 86_400 },
      'Real time without any progress after which a round is closed; the run is then marked as not repeatable.',
    ).prefault(120),
  })
  .describe('When a round ends.');

const evaluate = z
  .strictObject({
    every: whole(1, 1_000_000).default(1).describe('Rounds from one evaluation to the next; from 1 to 1000000.'),
    targets: z
      .array(z.number().gt(0).lte(1))
      .max(100)
      .default([])
      .describe('Accuracies for which the bytes to reach them are reported; each more than 0 and at most 1.'),
    split: z
      .enum(['test', 'validation'])
      .default('test')
      .describe('Which examples: test, or validation, which needs dataset.validation.'),
  })
  .describe('How the model is measured.');

const stop = z
  .strictObject({
    accuracy: z
      .number()
      .gt(0)
      .lte(1)
      .nullable()
      .default(null)
      .describe('Accuracy at which the run ends early; more than 0 and at most 1; null: never.'),
  })
  .describe('When a run ends before its last round.');

const checkpoint = z
  .strictObject({
    seconds: quantity(
      duration,
      { min: 0, max: 86_400 },
      'Real time between checkpoints, at least; 0: one after every round.',
    ).prefault(10),
  })
  .describe('How often the state is saved, to go on from after an interruption.');

const fields = {
  name: name
    .default('scenario')
    .describe(
      'Name of runs and of their folders: letters, digits, dots, dashes and underscores. Left out, it is the file’s name.',
    ),
  seed: seed.default(0).describe('Every random number follows from it; a whole number from 0 to 9007199254740991.'),
  rounds: whole(1, 1_000_000).describe('Number of rounds; from 1 to 1000000.'),
  dataset,
  model: choiceOf(models, 'The network that is trained.'),
  clients,
  local: local.prefault({}),
  method: choiceOf(methods, 'The federated algorithm.').prefault('fedavg'),
  aggregation: choiceOf(aggregationRules, 'How the coordinator combines updates.').prefault('mean'),
  uplink: uplink.prefault('none'),
  downlink: downlink.prefault('none'),
  network,
  round: round.prefault({}),
  connections: z
    .enum(['persistent', 'round'])
    .default('persistent')
    .describe('Whether a client keeps its connection, or opens one for each round: persistent or round.'),
  evaluate: evaluate.prefault({}),
  stop: stop.prefault({}),
  modelCompression: modelCompression.prefault({}),
  engine: z
    .enum(['auto', 'onnx', 'tfjs'])
    .default('auto')
    .describe('What trains: onnx (ONNX Runtime), tfjs (TensorFlow.js), or auto, the fastest that works here.'),
  engineVersion: z
    .string()
    .max(64)
    .nullable()
    .default(null)
    .describe(
      'Version and form that the engine must have, such as `1.30.0 fast`; null: any. A run’s own scenario.yaml names it, since another one gives other bits.',
    ),
  checkpoint: checkpoint.prefault({}),
};

const conflict = (path: Problem['path'], message: string, hint: string): Problem => ({
  path,
  code: 'scenario/conflict',
  message,
  hint,
});

/** What the method and the uplink's error feedback ask of the aggregation rule. */
const aggregationConflicts = ({ aggregation, method, uplink }: Scenario): Problem[] => {
  const found: Problem[] = [];
  const [rule] = aggregationRules.chosen(aggregation);
  const [{ name, aggregations }] = methods.chosen(method);
  if (aggregations !== null && !aggregations.includes(rule.name)) {
    const message = `is ${rule.name}, which the method ${name} has no use for.`;
    found.push(conflict(['aggregation'], message, `It must be ${aggregations.join(' or ')}.`));
  }
  const sends = chosenFeedback(uplink.errorFeedback)?.[0].sends ?? 'vectors';
  if (sends === rule.takes) return found;
  const fitting = aggregationRules.all.filter(({ takes }) => takes === sends).map((other) => other.name);
  const message =
    sends === 'changes'
      ? `is ${rule.name}, but the uplink's error feedback sends changes of an estimate that the coordinator must keep.`
      : `is ${rule.name}, which adds up changes of estimates, but the uplink sends the vectors themselves.`;
  const hint =
    sends === 'changes'
      ? `It must be ${fitting.join(' or ')}.`
      : 'Write errorFeedback: ef21 for the uplink, or another aggregation.';
  return [...found, conflict(['aggregation'], message, hint)];
};

/** What the method asks of the codecs. */
const codecConflicts = ({ method, uplink, downlink }: Scenario): Problem[] => {
  const [{ name, sendsMasks = false, sendsIntegers = false }] = methods.chosen(method);
  const found: Problem[] = [];
  if (sendsMasks && !keepsMasks(uplink)) {
    const message = `loses zeros and ones of masks, which are what the method ${name} sends.`;
    found.push(conflict(['uplink'], message, 'Write { stages: [integers, arithmetic] }: at most a bit a parameter.'));
  }
  for (const [direction, coding] of Object.entries({ uplink, downlink })) {
    if (!sendsIntegers || keepsIntegers(coding)) continue;
    const message = `loses some of the integers that are what the method ${name} sends.`;
    found.push(conflict([direction], message, 'Write { stages: [integers, arithmetic] }, which loses nothing.'));
  }
  return found;
};

/** What a method that learns from public examples asks of the rest. */
const publicConflicts = ({ method, dataset, modelCompression }: Scenario): Problem[] => {
  const [plugIn, options] = methods.chosen(method);
  const { publicLearning } = plugIn.create(options);
  if (publicLearning === undefined) return [];
  const found: Problem[] = [];
  if (dataset.public === null) {
    const message = `is ${plugIn.name}, which learns from public examples, and the dataset has none.`;
    found.push(conflict(['method'], message, 'Give the dataset some, as in public: { examples: 2000 }.'));
  }
  if (publicLearning.atClients && modelCompression.during.length > 0) {
    const message = `works on weights that travel, and those of the method ${plugIn.name} don't.`;
    found.push(conflict(['modelCompression', 'during'], message, 'Use modelCompression.after.'));
  }
  return found;
};

/** What a method whose clients have sub-models asks of the rest. */
const subModelConflicts = ({ method, clients, downlink, modelCompression }: Scenario): Problem[] => {
  const [plugIn, options] = methods.chosen(method);
  const { subModels, leastClients = 1 } = plugIn.create(options);
  if (subModels === undefined) return [];
  const found: Problem[] = [];
  if (clients.total < leastClients) {
    const message = `is ${clients.total}, so that no client has the whole network and its widest channels are never trained.`;
    found.push(
      conflict(['clients', 'total'], message, `It must be at least ${leastClients}, or the width 1 come first.`),
    );
  }
  if (downlink.send === 'delta') {
    const message = `is delta, but clients of the method ${plugIn.name} have different parts of the model.`;
    found.push(conflict(['downlink', 'send'], message, 'Write model: each client is sent what it has of the model.'));
  }
  if (modelCompression.during.length > 0) {
    const message = `works on the whole network, which not all clients of the method ${plugIn.name} have.`;
    found.push(conflict(['modelCompression', 'during'], message, 'Use modelCompression.after.'));
  }
  return found;
};

/** What no single value shows: values that contradict each other. */
const conflicts = (scenario: Scenario): Problem[] => {
  const { clients, dataset, evaluate, network, round } = scenario;
  const found: Problem[] = [];
  if (clients.perRound > clients.total) {
    const message = `is ${clients.perRound}, more than the ${clients.total} of clients.total.`;
    found.push(conflict(['clients', 'perRound'], message, `It must be at most ${clients.total}.`));
  }
  if (evaluate.split === 'validation' && dataset.validation === 0) {
    const hint = 'Set dataset.validation to more than 0, for example 0.1, or the split to test.';
    found.push(conflict(['evaluate', 'split'], 'is validation, but no examples are held out.', hint));
  }
  if (round.deadline !== null && network === null) {
    const hint = 'Give a network, or leave the deadline out.';
    found.push(conflict(['round', 'deadline'], 'is in simulated time, which needs links.', hint));
  }
  return [
    ...found,
    ...aggregationConflicts(scenario),
    ...codecConflicts(scenario),
    ...publicConflicts(scenario),
    ...subModelConflicts(scenario),
    ...pruningConflicts(scenario),
  ];
};

const report = (scenario: Scenario, context: z.RefinementCtx): void => {
  for (const problem of conflicts(scenario)) context.addIssue(asIssue(problem));
};

/** One experiment: accepts what a person writes, gives the resolved scenario. */
export const scenarioSchema: z.ZodType<Scenario> = z.strictObject(fields).superRefine(report);

const fileObject = z.strictObject({ ...fields, sweep: sweepSchema.nullable().default(null) });

/** A scenario file: one experiment, and perhaps a sweep around it. */
export const fileSchema = fileObject.superRefine(report);
