import { z } from 'zod';
import { defineStep } from '../step.js';
import { Workbench } from '../workbench.js';
import { studentOptions, temperature, transferOptions } from './options.js';
import { withShifts } from './shifted.js';
import { foreseeStudent, newStudent, sizeNote, studentNetwork } from './student.js';
import { synthesize } from './synthesize.js';
import { taughtBy } from './taught.js';
import { graduate, learn, phases } from './transfer.js';

/** Pixels by which copies are moved. */
const most = 2;

/**
 * Distillation without data: images made from the teacher alone (zero-shot knowledge distillation, Nayak et al., ICML 2019),
 * and where it has batch normalizations, with their statistics (DeepInversion, Yin et al., CVPR 2020; ZeroQ, Cai et al., CVPR
 * 2020). The student then learns the teacher's answers on them.
 */
export const data = defineStep({
  name: 'data',
  summary: 'a smaller student learns the answers of the model on images made from the model, without any example',
  family: 'distillation',
  phases: phases.filter((phase) => phase !== 'fine-tune'),
  paper: 'Nayak et al., ICML 2019, Zero-Shot Knowledge Distillation in Deep Networks; Yin et al., CVPR 2020',
  options: z.strictObject({
    ...studentOptions,
    images: z.int().min(100).max(1_000_000).default(2000).describe('Images to make; from 100 to 1000000.'),
    iterations: z
      .int()
      .min(1)
      .max(10_000)
      .default(200)
      .describe('Steps of gradient descent on each image; from 1 to 10000.'),
    copies: z
      .int()
      .min(0)
      .max(100)
      .default(4)
      .describe(`Copies of each image, moved by up to ${most} pixels; from 0 to 100.`),
    statistics: z
      .number()
      .min(0)
      .max(1e5)
      .default(1)
      .describe('Weight of the statistics of batch normalizations; from 0 to 100000, and 0 means none.'),
    temperature: temperature(4),
    ...transferOptions(10),
  }),
  shorthand: 'student',
  create: (options) => ({
    foresee: (before) => foreseeStudent(options, before),
    apply: async (teacher, bench) => {
      const network = studentNetwork(options, teacher, bench);
      const made = await synthesize(teacher, bench, options);
      const { dataset, engine, seed } = bench;
      const train = withShifts(
        made,
        dataset.inputShape,
        { copies: options.copies, most },
        bench.random('distill/shifts'),
      );
      const synthetic = new Workbench({
        dataset: { ...dataset, name: `images of '${teacher.network.network.name}'`, scale: 1, train },
        engine,
        seed,
        onEvent: (event) => bench.report(event),
        onWarning: (warning) => bench.warn(warning),
      });
      const logits = await taughtBy(teacher, synthetic, { phase: 'teacher', share: [1, 1] });
      bench.report({ phase: 'student', done: 1, note: sizeNote(network, teacher.network) });
      const lesson = { ...options, alpha: 1, logits };
      const student = await learn(newStudent(network, bench), synthetic, lesson, { ...options, fineTuneEpochs: 0 });
      return graduate(student, synthetic, lesson, { ...options, fineTuneEpochs: 0 });
    },
  }),
});
