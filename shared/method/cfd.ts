import { z } from 'zod';
import { CodedError } from '../util/errors.js';
import { logitsOf, required, softmaxRows } from './public/learner.js';
import { rememberedFor } from './public/client-network.js';
import {
  defineMethod,
  type ClientTask,
  type ClientUpdate,
  type Method,
  type ReceivedUpdate,
  type ServerRound,
  type ServerTask,
} from './method.js';
import { networksOf, study, studentOf, tableOptions, tableParameterization, tableParts } from './public/table.js';
import { labelLayout, readTable, tableOf, unitsOf, type LabelTable } from './public/soft-labels.js';

/*
 * CFD, compressed federated distillation: Sattler et al., "CFD: Communication-Efficient Federated Distillation via
 * Soft-Label Quantization and Delta Coding" (2021), Algorithm 1. Clients send soft labels of the public examples in few
 * bits; the coordinator's network learns their mean, and its own soft labels, in as many bits, are the next table.
 *
 * Both ways what travels is the difference from the table that both sides hold: integers, mostly 0, for an entropy coder
 * that loses nothing. The paper codes a client's labels against that client's last ones, of which the coordinator would
 * have to keep a table for each client; who is drawn seldom has changed more than from the present table.
 */

const options = z.strictObject({
  ...tableOptions,
  bits: z.int().min(1).max(8).default(1).describe('Bits of a probability, 1 to 8; 1: the most probable class alone.'),
});
type Options = z.infer<typeof options>;

/** The table that a layout is of. */
const tableWith = (bits: number, floats: number, classes: number): LabelTable => ({
  examples: bits === 1 ? floats : floats / classes,
  classes,
  bits,
});

const probabilitiesOf = (units: Float64Array, table: LabelTable): Float64Array => {
  const whole = unitsOf(table);
  return units.map((count) => count / whole);
};

const isEmpty = (table: Float32Array): boolean => table.every((value) => value === 0);

const minus = (after: Float32Array, before: Float32Array): Float32Array => after.map((value, i) => value - before[i]);

const clientRound = async (
  { model, learner: given }: ClientTask,
  state: ClientUpdate['state'],
  { bits, epochs }: Options,
): Promise<ClientUpdate> => {
  const learner = required(given);
  const { classes } = learner;
  const table = tableWith(bits, model.floats.length, classes);
  const known = isEmpty(model.floats) ? null : readTable(model.floats, table);
  const teacher = known === null ? null : logitsOf(probabilitiesOf(known, table));
  const { logits, loss, state: kept } = await study(learner, state, teacher, epochs);
  const labels = minus(tableOf(softmaxRows(logits, classes), table), model.floats);
  return { parts: { labels }, state: kept, loss };
};

/** An update's labels, in units [examples, classes]. @throws CodedError `method/bad-labels` */
const labelsOf = (update: ReceivedUpdate, before: Float32Array, table: LabelTable): Float64Array => {
  const values = Float64Array.from(before);
  update.fold('labels', 1, values);
  const labels = readTable(values, table);
  if (labels === null) {
    throw new CodedError('method/bad-labels', `Labels of client ${update.client} are none of ${table.bits} bits.`, {
      hint: 'The uplink must code integers without loss, for example with the stages integers and arithmetic.',
    });
  }
  return labels;
};

const serverRound = (task: ServerTask, { bits, coordinatorEpochs }: Options): ServerRound => {
  const { model, state } = task;
  const classes = required(task.classes);
  const before = model.floats;
  const table = tableWith(bits, before.length, classes);
  // Integers, so that the order of addition changes nothing.
  const sum = new Float64Array(table.examples * classes);
  let samples = 0;
  const mean = (): Float64Array => sum.map((count) => count / (samples * unitsOf(table)));
  return {
    fold: (update) => {
      const labels = labelsOf(update, before, table);
      for (let i = 0; i < sum.length; i++) sum[i] += update.samples * labels[i];
      samples += update.samples;
    },
    finish: () => (samples === 0 ? null : { delta: minus(tableOf(mean(), table), before), exact: {}, state }),
    refine: async (outcome, learner) => {
      const start = studentOf(state, learner.initial);
      const { floats: student } = await learner.distil(start, logitsOf(mean()), coordinatorEpochs);
      const labels = tableOf(softmaxRows(await learner.predict(student), classes), table);
      return { ...outcome, delta: minus(labels, before), state: { student } };
    },
  };
};

const create = (chosen: Options): Method => ({
  publicLearning: {
    temperature: 1,
    atClients: true,
    epochs: chosen.epochs,
    networks: rememberedFor((network) => networksOf('cfd', chosen.models, network)),
  },
  parameterize: (network, seed, examples) => {
    const { classes } = network.network;
    return tableParameterization(network, labelLayout({ examples, classes, bits: chosen.bits }), seed);
  },
  parts: (layout) => tableParts('labels', layout),
  clientRound: (task, state) => clientRound(task, state, chosen),
  serverRound: (task) => serverRound(task, chosen),
  policies: () => ({
    weight:
      'soft labels of the public examples, mean weighted by samples; the coordinator’s network learns them, and its own go down',
  }),
});

export const cfd = defineMethod({
  name: 'cfd',
  summary: 'soft labels of public examples in few bits instead of weights, both ways (Sattler et al. 2021)',
  aggregations: ['mean'],
  sendsIntegers: true,
  options,
  create,
});
