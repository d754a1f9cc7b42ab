import { makeRegistry } from '../../util/registry.js';
import { ef21 } from './ef21.js';
import type { FeedbackStrategy } from './feedback.js';
import { momentum } from './momentum.js';
import { residual } from './residual.js';

/** Every way of error feedback. */
export const feedbackStrategies = makeRegistry<FeedbackStrategy>('error feedback', [residual, momentum, ef21]);
