import { messageOf } from '../shared/util/errors.js';
import type { WorkerMessage, WorkerReply } from './child-worker.js';

/**
 * The other side of a {@link ChildWorker}: sets up once, answers requests, and leaves when the coordinator does.
 * @param setUp what the set-up becomes
 * @param answer of one request; several may be under way
 */
export const serveWorker = <S, R, Q, A>(
  setUp: (setup: S) => Promise<R>,
  answer: (ready: R, request: Q) => Promise<A>,
): void => {
  const reply = (message: WorkerReply<A>): void => {
    process.send?.(message);
  };
  let ready: Promise<R> | null = null;
  const handle = async (message: WorkerMessage<S, Q>): Promise<void> => {
    if ('setup' in message) {
      ready = setUp(message.setup);
      await ready;
      return;
    }
    if (ready === null) throw new Error('a request came before the set-up');
    reply({ id: message.id, result: await answer(await ready, message.request) });
  };
  process.on('message', (message) => {
    handle(message as WorkerMessage<S, Q>).catch((error: unknown) => reply({ error: messageOf(error) }));
  });
  process.on('disconnect', () => process.exit(0));
  // The terminal sends Ctrl-C to every process, and others end a whole group; the coordinator says when to leave.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
};
