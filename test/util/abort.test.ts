import { expect, test } from 'vitest';
import { orAborted } from '../../shared/util/abort.js';
import { deadline } from '../../shared/util/deadline.js';

test('a promise or an abort, whichever comes first', async () => {
  const controller = new AbortController();
  const waits = orAborted(new Promise(() => undefined), controller.signal);
  expect(await orAborted(Promise.resolve(7), controller.signal)).toBe(7);
  controller.abort(new RangeError('over'));
  await expect(waits).rejects.toThrow('over');
  await expect(orAborted(Promise.resolve(7), controller.signal)).rejects.toThrow('over');
});

test('many may wait for one signal without a warning of a leak', async () => {
  const warnings: string[] = [];
  const onWarning = ({ name }: Error): void => void warnings.push(name);
  process.on('warning', onWarning);
  try {
    const { signal } = new AbortController();
    const waits = Array.from({ length: 40 }, () => orAborted(new Promise((resolve) => setTimeout(resolve, 5)), signal));
    const limits = Array.from({ length: 40 }, () => deadline([signal], 60, () => new RangeError('over')));
    await Promise.all(waits);
    for (const limit of limits) limit.cancel();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(warnings).toEqual([]);
  } finally {
    process.off('warning', onWarning);
  }
});

test.each([0, 1])('a deadline ends with its parent %i, until it is let go', (which) => {
  const make = () => {
    const parents = [new AbortController(), new AbortController()];
    const signals = parents.map(({ signal }) => signal);
    return { parents, limit: deadline(signals, 60, () => new RangeError('over')) };
  };
  const [ended, left] = [make(), make()];
  left.limit.cancel();
  for (const { parents } of [ended, left]) parents[which].abort(new RangeError('gone'));
  ended.limit.cancel();
  expect(ended.limit.signal.reason).toEqual(new RangeError('gone'));
  expect(left.limit.signal.aborted).toBe(false);
});

test('after an abort nobody is told of an error that comes late', async () => {
  const unheard: unknown[] = [];
  const onUnheard = (error: unknown): void => void unheard.push(error);
  process.on('unhandledRejection', onUnheard);
  try {
    const late = new Promise((_, reject) => setTimeout(() => reject(new RangeError('late')), 1));
    await expect(orAborted(late, AbortSignal.abort(new RangeError('over')))).rejects.toThrow('over');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(unheard).toEqual([]);
  } finally {
    process.off('unhandledRejection', onUnheard);
  }
});
