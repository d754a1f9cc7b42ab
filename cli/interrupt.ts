import { CodedError } from '../shared/util/errors.js';
import type { StatusLine } from './status.js';

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Gives the signals back. */
  release(): void;
}

/** The first Ctrl-C (or SIGTERM) ends the work in order; the second ends the process at once. */
export const catchInterrupt = (status: StatusLine): Interrupt => {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    status.note('stopping; press Ctrl-C again to stop at once');
    controller.abort(new CodedError('run/interrupted', 'The run was interrupted.'));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
};
