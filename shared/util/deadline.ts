import { setMaxListeners } from 'node:events';

/** A signal that aborts with one of its parents or after some time, and can be let go. */
export interface Deadline {
  readonly signal: AbortSignal;
  cancel(): void;
}

/** Aborts the controller with a signal. @returns what lets go of it */
const follow = (controller: AbortController, parent: AbortSignal): (() => void) => {
  const onAbort = (): void => controller.abort(parent.reason);
  // A run's signal has as many listeners as clients are served at once, which is no leak.
  setMaxListeners(0, parent);
  parent.addEventListener('abort', onAbort, { once: true });
  if (parent.aborted) onAbort();
  return () => parent.removeEventListener('abort', onAbort);
};

/** @param reason what the signal's reason is when the time is over */
export const deadline = (parents: readonly AbortSignal[], seconds: number, reason: () => Error): Deadline => {
  const controller = new AbortController();
  const leave = parents.map((parent) => follow(controller, parent));
  const timer = setTimeout(() => controller.abort(reason()), seconds * 1000);
  return {
    signal: controller.signal,
    cancel: () => {
      clearTimeout(timer);
      for (const letGo of leave) letGo();
    },
  };
};
