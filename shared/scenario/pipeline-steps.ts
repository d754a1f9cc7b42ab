import { z } from 'zod';
import { compressionSteps } from '../compression/index.js';
import { choiceOf } from '../options/choice.js';

/** Steps of model compression, in the order in which they are applied. */
export const pipelineSteps = z
  .array(choiceOf(compressionSteps, 'One step of model compression.'))
  .max(32)
  .describe('Steps of model compression, one after the other.');
