import { z } from 'zod';
import { defineStep } from '../step.js';
import { alpha, studentOptions, temperature, trainingOptions } from './options.js';
import { foreseeStudent, newStudent, sizeNote, studentNetwork } from './student.js';
import { taughtBy } from './taught.js';
import { graduate, learn, phases } from './transfer.js';

/**
 * Knowledge distillation (Hinton, Vinyals and Dean 2015): α · τ² · KL(softmax(teacher / τ) ‖ softmax(student / τ)) +
 * (1 − α) · cross-entropy with the label.
 */
export const response = defineStep({
  name: 'response',
  summary: 'a smaller student learns the answers of the model, softened by a temperature',
  family: 'distillation',
  phases,
  paper: 'Hinton et al. 2015, Distilling the Knowledge in a Neural Network',
  options: z.strictObject({ ...studentOptions, temperature: temperature(4), alpha: alpha(0.5), ...trainingOptions }),
  shorthand: 'student',
  create: (options) => ({
    foresee: (before) => foreseeStudent(options, before),
    apply: async (teacher, bench) => {
      const network = studentNetwork(options, teacher, bench);
      const lesson = { ...options, logits: await taughtBy(teacher, bench, { phase: 'teacher' }) };
      bench.report({ phase: 'student', done: 1, note: sizeNote(network, teacher.network) });
      const student = await learn(newStudent(network, bench), bench, lesson, options);
      return graduate(student, bench, lesson, options);
    },
  }),
});
