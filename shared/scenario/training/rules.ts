import type { TrainingSpec } from '../../engine/engine.js';
import type { Scenario } from '../scenario.js';
import { losses } from './losses.js';
import { optimizers } from './optimizers.js';
import { schedules } from './schedules.js';

/** How a scenario's clients make steps. */
export const trainingRules = ({ local }: Scenario): Pick<TrainingSpec, 'optimizer' | 'loss' | 'clipNorm'> => {
  const [optimizer, optimizerOptions] = optimizers.chosen(local.optimizer);
  const [loss, lossOptions] = losses.chosen(local.loss);
  return {
    optimizer: optimizer.read(optimizerOptions).optimizer,
    loss: loss.read(lossOptions),
    ...(local.clipNorm === null ? {} : { clipNorm: local.clipNorm }),
  };
};

/** The learning rate of a round. @param round from 1 */
export const learningRateOf = ({ local, rounds }: Scenario, round: number): number => {
  const [optimizer, optimizerOptions] = optimizers.chosen(local.optimizer);
  const [schedule, options] = schedules.chosen(local.schedule);
  return optimizer.read(optimizerOptions).learningRate * schedule.factor(options, round, rounds);
};
