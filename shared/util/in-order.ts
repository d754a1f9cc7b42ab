/** Does work on items with a bounded number under way, and gives the results in the order of the items. */
export async function* inOrder<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const results: Promise<R>[] = [];
  for (let done = 0; done < items.length; done++) {
    while (results.length < items.length && results.length - done < atOnce) {
      const result = work(items[results.length]);
      // Whoever awaits it in its turn hears of the error.
      result.catch(() => undefined);
      results.push(result);
    }
    yield await results[done];
  }
}
