import { expect } from 'vitest';
import { CodedError, type ErrorCode } from '../../shared/util/errors.js';

/** Runs something that must be refused. @returns the error, for its words */
export const refusal = async (code: ErrorCode, run: () => unknown): Promise<CodedError> => {
  let thrown: unknown;
  try {
    await run();
  } catch (error) {
    thrown = error;
  }
  if (!(thrown instanceof CodedError)) throw new Error(`Expected ${code}, got ${String(thrown)}`, { cause: thrown });
  expect(thrown.code, thrown.describe()).toBe(code);
  return thrown;
};
