import { CodedError, type ErrorCode } from '../../shared/util/errors.js';

const isCoded = (error: unknown): CodedError => {
  if (error instanceof CodedError) return error;
  throw error;
};

/** The error of something that may be refused, null where it is not. */
const refusalOf = (run: () => unknown): CodedError | null => {
  try {
    run();
  } catch (error) {
    return isCoded(error);
  }
  return null;
};

/** The code with which something is refused. */
export const codeOf = (run: () => unknown): ErrorCode | 'none' => refusalOf(run)?.code ?? 'none';

/** The error of something that must be refused. */
export const refused = (run: () => unknown): CodedError => {
  const error = refusalOf(run);
  if (error === null) throw new Error('It was not refused.');
  return error;
};

/** Runs something that must be refused with a code. @returns the error, for its words */
export const refusal = async (code: ErrorCode, run: () => unknown): Promise<CodedError> => {
  let error: CodedError | null = null;
  try {
    await run();
  } catch (thrown) {
    error = isCoded(thrown);
  }
  if (error?.code !== code) {
    throw new Error(`Expected ${code}, got ${error?.describe() ?? 'no refusal'}`, { cause: error });
  }
  return error;
};
