/** Real seconds that a condition has by default before the test fails. */
const patience = 20;

/** Milliseconds between two looks. */
const interval = 15;

/**
 * Waits until a condition holds, instead of a fixed time.
 * @param what completes "waited in vain for …"
 * @returns the first result that is neither false, null nor undefined
 */
export const until = async <T>(
  what: string,
  condition: () => T | Promise<T>,
  seconds = patience,
): Promise<Exclude<T, false | null | undefined>> => {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const result = await condition();
    if (result !== false && result !== null && result !== undefined) {
      return result as Exclude<T, false | null | undefined>;
    }
    if (performance.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
};
