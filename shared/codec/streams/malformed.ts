import { CodedError, type ErrorCode } from '../../util/errors.js';

/** Refuses a payload. */
export const malformed = (code: ErrorCode, message: string): never => {
  throw new CodedError(code, message, { where: 'payload' });
};
