import { CodedError } from '../../shared/util/errors.js';

/** The error of something that must be refused. */
export const refused = (run: () => unknown): CodedError => {
  try {
    run();
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
};
