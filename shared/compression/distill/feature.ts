import { z } from 'zod';
import type { CompressedModel } from '../model.js';
import { defineStep } from '../step.js';
import type { Workbench } from '../workbench.js';
import { pairOf, type LayerPair } from './layers.js';
import { alpha, studentOptions, temperature, trainingOptions } from './options.js';
import { withRegressor } from './regressor.js';
import { foreseeStudent, newStudent, sizeNote, studentNetwork } from './student.js';
import { taughtBy, type RowMap } from './taught.js';
import { graduate, learn, phases, type Lesson } from './transfer.js';

const layer = (of: string) =>
  z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(`Name of the layer of the ${of} that is compared; null: the deepest one that has a partner.`);

const options = z.strictObject({
  ...studentOptions,
  transfer: z
    .enum(['attention', 'hint'])
    .default('attention')
    .describe(
      'attention: where the values of an image’s positions are large; hint: the values themselves, as a linear layer on the student’s gives them.',
    ),
  weight: z
    .number()
    .gt(0)
    .max(1e5)
    .default(10)
    .describe('Of the comparison, beside the loss of the answers; more than 0, at most 100000.'),
  teacherLayer: layer('teacher'),
  studentLayer: layer('student'),
  temperature: temperature(4),
  alpha: alpha(0.5),
  ...trainingOptions,
});

/** An image's attention map: Σ value² over the channels, over its Euclidean norm. @param shape [height, width, channels] */
export const attentionMap = ([height, width, channels]: readonly number[]): RowMap => ({
  size: height * width,
  map: (row, into) => {
    for (let position = 0; position < into.length; position++) {
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) sum += row[position * channels + channel] ** 2;
      into[position] = sum;
    }
    const norm = Math.hypot(...into);
    if (norm > 0) for (let position = 0; position < into.length; position++) into[position] /= norm;
  },
});

/** The student learns with a regressor beside it, which is left behind. */
const learnHint = async (
  student: CompressedModel,
  bench: Workbench,
  lesson: Omit<Lesson, 'features'>,
  { teacher, student: own, taught, chosen }: LayerPair & { taught: Lesson['logits']; chosen: z.infer<typeof options> },
): Promise<CompressedModel> => {
  const channels = teacher.outputShape[teacher.outputShape.length - 1];
  const { network, layer, extend } = withRegressor(student.network, own, channels);
  const { parameters } = student;
  const floats = extend(parameters.floats, bench.random('distill/regressor'));
  const extended = { ...student, network, parameters: { ...parameters, layout: network.layout, floats } };
  const features = [{ taught, loss: { kind: 'hint', layer, weight: chosen.weight } as const }];
  const learnt = await learn(extended, bench, { ...lesson, features }, chosen);
  return {
    ...student,
    parameters: { ...parameters, floats: learnt.parameters.floats.slice(0, parameters.floats.length) },
  };
};

/** Hints of FitNets (Romero et al., ICLR 2015) or attention transfer (Zagoruyko and Komodakis, ICLR 2017). */
export const feature = defineStep({
  name: 'feature',
  summary: 'a smaller student learns the answers of the model and what a layer inside it gives',
  family: 'distillation',
  phases,
  paper: 'Zagoruyko and Komodakis, ICLR 2017 (attention transfer); Romero et al., ICLR 2015 (FitNets)',
  options,
  shorthand: 'student',
  create: (chosen) => ({
    foresee: (before) => {
      const after = foreseeStudent(chosen, before);
      if (before.network !== null && after.network !== null) {
        pairOf(before.network, after.network, chosen, chosen.transfer === 'attention' ? 'images' : 'any');
      }
      return after;
    },
    apply: async (teacher, bench) => {
      const network = studentNetwork(chosen, teacher, bench);
      const isAttention = chosen.transfer === 'attention';
      const pair = pairOf(teacher.network, network, chosen, isAttention ? 'images' : 'any');
      const [from, to] = [pair.teacher, pair.student];
      const logits = await taughtBy(teacher, bench, { phase: 'teacher', share: [0, 0.5] });
      const map = isAttention ? { map: attentionMap(from.outputShape) } : {};
      const taught = await taughtBy(teacher, bench, { phase: 'teacher', share: [0.5, 1], layer: from.name, ...map });
      const note = `${sizeNote(network, teacher.network)}, its '${to.name}' after '${from.name}' [${from.outputShape.join(', ')}]`;
      bench.report({ phase: 'student', done: 1, note });
      const lesson = { ...chosen, logits };
      const begin = newStudent(network, bench);
      const attention = { taught, loss: { kind: 'attention', layer: to.name, weight: chosen.weight } as const };
      const student = isAttention
        ? await learn(begin, bench, { ...lesson, features: [attention] }, chosen)
        : await learnHint(begin, bench, lesson, { ...pair, taught, chosen });
      return graduate(student, bench, lesson, chosen);
    },
  }),
});
