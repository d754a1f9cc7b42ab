import { crossEntropy, type FeatureLoss, type Loss } from '../../engine/engine.js';
import type { CompressedModel } from '../model.js';
import type { StepResult } from '../step.js';
import type { Workbench } from '../workbench.js';
import { distillationLoss } from './divergence.js';
import type { TrainingOptions } from './options.js';
import type { Taught } from './taught.js';

/** The names of what distillation does, as progress and log show them. */
export const phases = ['teacher', 'student', 'transfer', 'fine-tune'] as const;

/** What a student learns from. */
export interface Lesson {
  readonly temperature: number;
  /** Part of the teacher's answers in the loss. */
  readonly alpha: number;
  readonly logits: Taught;
  /** Comparisons of layers, with what the teacher gives for each. */
  readonly features?: readonly { readonly loss: FeatureLoss; readonly taught: Taught }[];
}

const lossOf = ({ temperature, alpha }: Lesson): Loss =>
  alpha === 0 ? crossEntropy : { kind: 'distillation', temperature, alpha };

/**
 * Gradients of comparisons of layers are shortened to this norm: those of an untrained student are so long that a step of
 * plain gradient descent could leave all its units at 0.
 */
const clipNorm = 1;

/** Trains a student on what its teacher gives. */
export const learn = async (
  student: CompressedModel,
  bench: Workbench,
  lesson: Lesson,
  { epochs, batchSize, learningRate }: TrainingOptions,
): Promise<CompressedModel> => {
  const { alpha, logits, features = [] } = lesson;
  const { model } = await bench.train(student, {
    phase: 'transfer',
    epochs,
    batchSize,
    learningRate,
    loss: lossOf(lesson),
    ...(alpha === 0 ? {} : { teacher: (indices) => logits.rows(indices) }),
    ...(features.length === 0
      ? {}
      : {
          clipNorm,
          features: {
            losses: features.map(({ loss }) => loss),
            targets: (indices) => Promise.all(features.map(({ taught }) => taught.rows(indices))),
          },
        }),
  });
  return model;
};

/** Trains on with the labels alone, and says how far the student is from its teacher then. */
export const graduate = async (
  student: CompressedModel,
  bench: Workbench,
  { temperature, logits }: Lesson,
  { fineTuneEpochs, batchSize, learningRate }: TrainingOptions,
): Promise<StepResult> => {
  const plan = { phase: 'fine-tune', epochs: fineTuneEpochs, batchSize, learningRate: learningRate / 10 };
  const model = fineTuneEpochs === 0 ? student : (await bench.train(student, plan)).model;
  return {
    ...model,
    details: { temperature, distillationLoss: await distillationLoss(model, logits, temperature, bench) },
  };
};
