import { z } from 'zod';
import type { FeatureLoss } from '../../engine/engine.js';
import type { PlacedLayer } from '../../models/network.js';
import { CodedError } from '../../util/errors.js';
import { defineStep } from '../step.js';
import { lastHidden, namedLayer } from './layers.js';
import { alpha, studentOptions, temperature, trainingOptions } from './options.js';
import { foreseeStudent, newStudent, sizeNote, studentNetwork } from './student.js';
import { taughtBy } from './taught.js';
import { graduate, learn, phases } from './transfer.js';

const weight = (of: string, value: number) =>
  z.number().min(0).max(1e5).default(value).describe(`Of the loss of ${of}; from 0 to 100000, and 0 means none.`);

const layer = (of: string) =>
  z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe(`Name of the layer of the ${of} whose values are compared; null: the one before the last.`);

/** Relational knowledge distillation (Park et al., CVPR 2019): how the examples of a batch lie to each other. */
export const relation = defineStep({
  name: 'relation',
  summary: 'a smaller student learns the distances and angles between examples in a layer of the model',
  family: 'distillation',
  phases,
  paper: 'Park et al., CVPR 2019, Relational Knowledge Distillation',
  options: z.strictObject({
    ...studentOptions,
    distance: weight('distances', 25),
    angle: weight('angles', 50),
    teacherLayer: layer('teacher'),
    studentLayer: layer('student'),
    temperature: temperature(4),
    alpha: alpha(0),
    ...trainingOptions,
  }),
  shorthand: 'student',
  create: (options) => ({
    foresee: (before) => foreseeStudent(options, before),
    apply: async (teacher, bench) => {
      const { distance, angle, teacherLayer, studentLayer } = options;
      if (distance === 0 && angle === 0) {
        throw new CodedError('compression/nothing-to-do', 'Both weights are 0: nothing is compared.', {
          where: 'relation.distance and relation.angle',
          hint: 'Set one of them above 0, or take the step response.',
        });
      }
      const network = studentNetwork(options, teacher, bench);
      const chosen = (of: Parameters<typeof lastHidden>[0], name: string | null): PlacedLayer =>
        name === null ? lastHidden(of) : namedLayer(of, name);
      const from = chosen({ network: teacher.network, who: 'teacher' }, teacherLayer);
      const to = chosen({ network, who: 'student' }, studentLayer);
      const isKept = options.alpha > 0;
      const half = isKept ? 0.5 : 0;
      const logits = await taughtBy(teacher, bench, { phase: 'teacher', share: [0, half], isKept });
      const taught = await taughtBy(teacher, bench, { phase: 'teacher', share: [half, 1], layer: from.name });
      bench.report({ phase: 'student', done: 1, note: sizeNote(network, teacher.network) });
      const relations = { distance, angle };
      const losses = (['distance', 'angle'] as const)
        .filter((kind) => relations[kind] > 0)
        .map((kind): FeatureLoss => ({ kind, layer: to.name, weight: relations[kind], size: taught.size }));
      const lesson = { ...options, logits, features: losses.map((loss) => ({ loss, taught })) };
      const student = await learn(newStudent(network, bench), bench, lesson, options);
      return graduate(student, bench, lesson, options);
    },
  }),
});
