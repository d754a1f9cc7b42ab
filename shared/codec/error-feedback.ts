import { feedbackStrategies } from './feedback/index.js';
import type { Feedback, FeedbackChoice, FeedbackStrategy } from './feedback/feedback.js';
import { noFeedback } from './feedback/none.js';
import { residual } from './feedback/residual.js';

/** The strategy of a choice with its options; null for none. @throws CodedError `argument/unknown-name` */
export const chosenFeedback = (choice: FeedbackChoice): [FeedbackStrategy, unknown] | null => {
  if (choice === false) return null;
  return choice === true ? [residual, {}] : feedbackStrategies.chosen(choice);
};

/** @throws CodedError `argument/unknown-name`, `argument/invalid` */
export const createFeedback = (choice: FeedbackChoice): Feedback => {
  const chosen = chosenFeedback(choice);
  return chosen === null ? noFeedback : chosen[0].create(chosen[1]);
};
