import { CodedError } from '../shared/util/errors.js';

const noSpace: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

const isSystemError = (error: unknown): error is NodeJS.ErrnoException & { code: string } =>
  error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';

/**
 * What a failed call of the operating system on a file is for a person: no space, or a file that can't be used. Others are
 * faults of the program.
 * @returns null where it is none of these
 */
export const fileError = (error: unknown): CodedError | null => {
  if (!isSystemError(error)) return null;
  const { code, path, message, cause = error } = error;
  const where = typeof path === 'string' ? { where: path } : {};
  if (noSpace.has(code)) {
    return new CodedError('file/no-space', `Nothing more can be written: ${message}.`, {
      ...where,
      hint: 'Make room; a run goes on from its last checkpoint with `fedsqueeze resume FOLDER`.',
      cause,
    });
  }
  if (typeof path !== 'string') return null;
  return new CodedError('file/refused', `The file or folder cannot be used: ${message}.`, {
    ...where,
    hint: 'Look whether it is there and may be read and written.',
    cause,
  });
};
