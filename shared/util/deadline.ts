import { setMaxListeners } from 'node:events';

/** A signal that aborts with its parent or after some time, and can be let go. */
export interface Deadline {
  readonly signal: AbortSignal;
  cancel(): void;
}

/** @param reason what the signal's reason is when the time is over */
export const deadline = (parent: AbortSignal, seconds: number, reason: () => Error): Deadline => {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(parent.reason);
  // A run's signal has as many listeners as clients are served at once, which is no leak.
  setMaxListeners(0, parent);
  parent.addEventListener('abort', onAbort, { once: true });
  if (parent.aborted) onAbort();
  const timer = setTimeout(() => controller.abort(reason()), seconds * 1000);
  return {
    signal: controller.signal,
    cancel: () => {
      clearTimeout(timer);
      parent.removeEventListener('abort', onAbort);
    },
  };
};
