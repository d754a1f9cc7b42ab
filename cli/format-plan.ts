import { formatBytes, formatNumber, formatRatio, formatSeconds } from '../report/format.js';
import { choiceText, modelText } from '../report/choice-text.js';
import { textPairs } from '../report/text-table.js';
import type { CodingScenario, Scenario } from '../shared/scenario/scenario.js';
import type { DirectionPlan, Plan } from './plan.js';

type Pair = readonly [name: string, value: string];

const count = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 1 });

const feedbackText = (errorFeedback: CodingScenario['errorFeedback']): string => {
  if (errorFeedback === false) return '';
  return errorFeedback === true ? ', with error feedback' : `, with error feedback by ${choiceText(errorFeedback)}`;
};

const codingText = ({ errorFeedback, scope, stages }: CodingScenario): string => {
  if (stages.length === 0) return 'float32, nothing lost';
  const chain = stages.map(choiceText).join(' → ');
  return `${chain}${scope === 'tensor' ? ', each tensor by itself' : ''}${feedbackText(errorFeedback)}`;
};

/** Payloads of one round; the exact bytes depend on the data, and only a run counts them. */
const bytesText = ({ denseBytes, mostBytes }: DirectionPlan, transfers: number): string => {
  const dense = `${formatBytes(denseBytes * transfers)} as float32`;
  // Only the payload's header is more.
  if (mostBytes >= denseBytes) return dense;
  const most = `payloads of at most ${formatBytes(mostBytes * transfers)}`;
  return `${dense}, ${most} (${formatRatio(denseBytes / mostBytes)} less, or better)`;
};

const flopsText = (flops: number): string => {
  const [size, unit] = (
    [
      [1e12, 'T'],
      [1e9, 'G'],
      [1e6, 'M'],
    ] as const
  ).find(([size]) => flops >= size) ?? [1e3, 'k'];
  return `${formatNumber(flops / size)} ${unit}FLOP`;
};

const dataPairs = ({ examples, samplesPerClient: { min, median, max }, scenario }: Plan): Pair[] => {
  const held = examples.validation > 0 ? `, ${count(examples.validation)} held out` : '';
  const shared = examples.public > 0 ? `, ${count(examples.public)} public` : '';
  return [
    [
      'dataset',
      `${scenario.dataset.name}: ${count(examples.train)} training${held}${shared}, ${count(examples.test)} test examples`,
    ],
    ['partition', choiceText(scenario.dataset.partition)],
    ['clients', `${count(scenario.clients.total)}, ${count(scenario.clients.perRound)} drawn a round`],
    ['samples a client', `min ${count(min)}, median ${count(median)}, max ${count(max)}`],
  ];
};

const subModelPairs = (subModels: Plan['subModels']): Pair[] =>
  (subModels ?? []).map(({ width, parameters, forwardFlops, clients }) => [
    `  width ${width}`,
    `${count(parameters)} parameters, ${flopsText(forwardFlops)}, ${count(clients)} clients`,
  ]);

const workPairs = ({
  flopsPerRound,
  forwardFlops,
  parameters,
  subModels,
  scenario: { local, method, aggregation, model },
}: Plan): Pair[] => [
  ['model', `${modelText(model)}: ${count(parameters)} parameters, ${flopsText(forwardFlops)} an example forward`],
  ...subModelPairs(subModels),
  ['method', `${choiceText(method)}, ${choiceText(aggregation)}`],
  [
    'local training',
    `${local.epochs} ${local.epochs === 1 ? 'epoch' : 'epochs'}, batches of ${local.batchSize}, ${choiceText(local.optimizer)}`,
  ],
  ['work a round', `about ${flopsText(flopsPerRound)}`],
];

const downlinkNote = ({ downlink }: Scenario): string =>
  downlink.send === 'model'
    ? 'the whole model each time'
    : 'a difference for each round; a client that was away gets what it missed, or the model where that is smaller';

const wirePairs = ({ downlink, scenario, uplink }: Plan): Pair[] => {
  const { perRound } = scenario.clients;
  return [
    ['uplink', codingText(scenario.uplink)],
    ['  a round', bytesText(uplink, perRound)],
    ['downlink', codingText(scenario.downlink)],
    ['  a round', bytesText(downlink, perRound)],
    ['  sends', downlinkNote(scenario)],
  ];
};

const compressionPairs = ({ modelCompression: { during, after } }: Scenario): Pair[] => {
  const pairs: Pair[] = [
    ['model compression', during.map(choiceText).join(', ')],
    ['  after the run', after.map(choiceText).join(' → ')],
  ];
  return pairs.filter(([, text]) => text !== '');
};

const networkPair = ({ network }: Scenario): Pair[] => {
  if (network === null) return [];
  const rate = (bits: number): string => `${formatNumber(bits / 1e6)} Mbit/s`;
  return [
    [
      'network',
      `${rate(network.uplink)} up, ${rate(network.downlink)} down, ${formatNumber(network.latency * 1000)} ms`,
    ],
  ];
};

const runPairs = ({ rounds, evaluate, stop, round }: Scenario): Pair[] => {
  const early = stop.accuracy === null ? '' : `, fewer when ${evaluate.split} accuracy reaches ${stop.accuracy}`;
  const every = evaluate.every === 1 ? 'after every round' : `after every ${evaluate.every} rounds`;
  const deadline: Pair[] = round.deadline === null ? [] : [['deadline', `${formatSeconds(round.deadline)} simulated`]];
  return [
    ['rounds', `${count(rounds)}${early}`],
    ...deadline,
    ['evaluated', `${every}, on ${evaluate.split} examples`],
  ];
};

const sweepPairs = ({ points }: Plan): Pair[] => {
  if (points === null) return [];
  const cases = [...new Set(points.map((point) => point.case))];
  const seeds = new Set(points.map(({ seed }) => seed)).size;
  return [
    [
      'sweep',
      `${count(points.length)} points: ${cases.length} ${cases.length === 1 ? 'case' : 'cases'}, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}`,
    ],
    ['  cases', cases.join(', ')],
  ];
};

/** A plan for people: what would run, a line each. */
export const formatPlan = (plan: Plan): string => {
  const { name, seed } = plan.scenario;
  return textPairs([
    ['scenario', `${name}, seed ${seed}`],
    ...dataPairs(plan),
    ...workPairs(plan),
    ...wirePairs(plan),
    ...compressionPairs(plan.scenario),
    ...networkPair(plan.scenario),
    ...runPairs(plan.scenario),
    ...sweepPairs(plan),
  ]);
};
