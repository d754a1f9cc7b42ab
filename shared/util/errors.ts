import { codes, type ErrorCode } from './codes.js';

export type { ErrorCode } from './codes.js';

/** Exit codes of the command line: the run failed, the input is wrong, the user interrupted. */
export type ExitCode = 1 | 2 | 130;

export interface ErrorDetails {
  /** The place: a file with line and column, a client, a tensor. */
  where?: string;
  /** What would be right. */
  hint?: string;
  /** The error that led to this one. */
  cause?: unknown;
}

/**
 * An error that a user or a peer can cause. It has a stable code (`docs/errors.md` lists them all), says what is
 * wrong, where, and what would be right. Any other error is a fault of the program.
 */
export class CodedError extends Error {
  readonly code: ErrorCode;
  readonly where: string | undefined;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'CodedError';
    this.code = code;
    this.where = details.where;
    this.hint = details.hint;
  }

  /** The process's exit code when this error ends a command. */
  get exitCode(): ExitCode {
    return codes[this.code].exit;
  }

  /** The same error with another place, and itself as the cause. */
  at(where: string): CodedError {
    const hint = this.hint === undefined ? {} : { hint: this.hint };
    return new CodedError(this.code, this.message, { where, cause: this, ...hint });
  }

  /** One short paragraph for people: where, what, what would be right, the code. */
  describe(): string {
    const where = this.where === undefined ? '' : `${this.where}: `;
    const hint = this.hint === undefined ? '' : ` ${this.hint}`;
    return `${where}${this.message}${hint} [${this.code}]`;
  }
}

/** @returns the message of anything that was thrown. */
export const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
