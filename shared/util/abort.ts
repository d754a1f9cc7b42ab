import { setMaxListeners } from 'node:events';

/**
 * What a promise gives, unless a signal aborts first.
 * @throws the signal's reason when it aborts, or has already
 */
export const orAborted = async <T>(promise: Promise<T>, signal: AbortSignal): Promise<T> => {
  // Nobody waits for it then, nor hears of its error.
  if (signal.aborted) promise.catch(() => undefined);
  signal.throwIfAborted();
  let onAbort = (): void => undefined;
  // A run's signal has as many listeners as clients are served at once, which is no leak.
  setMaxListeners(0, signal);
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
};
