import { CodedError } from '../util/errors.js';
import type { TrainingSpec } from './engine.js';
import { isTrained } from './tensors.js';

const refuse = (message: string, hint: string): never => {
  throw new CodedError('argument/invalid', message, { hint });
};

/** @throws CodedError `argument/invalid` for tensors that are not trained, or weights that do not fit the layout */
export const checkWeightTransform = ({ network: { layout }, weightTransform }: TrainingSpec): void => {
  if (weightTransform === undefined) return;
  const { tensors, weights } = weightTransform;
  const trained = layout.tensors.filter(isTrained).map(({ name }) => name);
  const unknown = tensors.find((name) => !trained.includes(name));
  if (unknown !== undefined) refuse(`Scores of '${unknown}' can't be trained.`, `Trained are ${trained.join(', ')}.`);
  if (weights.length !== layout.floats) {
    refuse(`The masked weights have ${weights.length} numbers.`, `The layout has ${layout.floats}.`);
  }
};
