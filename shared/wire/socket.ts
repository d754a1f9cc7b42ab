import type { ClientOptions, RawData, WebSocket } from 'ws';

/** What both sides set: no compression, since payloads are entropy-coded already and sizes must repeat. */
export const wireOptions = { perMessageDeflate: false } as const;

/** The most that a message can have: what a buffer and a WebSocket frame hold on every platform. */
export const mostMessageBytes = 2 ** 31 - 1;

const loopback = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * Options of the connecting side. It takes messages of any size, since it hears from its coordinator how large the
 * model is; the accepting side has limits that follow from the model. Frames to a loopback address are masked with
 * zeros, which costs nothing on either side and has the same length: masks protect proxies on the way (RFC 6455,
 * section 10.3), and there are none.
 */
export const connectOptions = (url: string): ClientOptions => ({
  ...wireOptions,
  maxPayload: mostMessageBytes,
  ...(loopback.has(new URL(url).hostname) ? { generateMask: () => undefined } : {}),
});

/** The bytes of a message, without a copy where they are in one piece. */
export const messageBytes = (data: RawData): Uint8Array =>
  Array.isArray(data) ? Buffer.concat(data) : data instanceof ArrayBuffer ? new Uint8Array(data) : data;

/** Messages in the order they came, awaited one at a time. */
export interface Inbox {
  /** @returns the next message; rejects when the connection ends first or `signal` aborts */
  next(signal?: AbortSignal): Promise<Uint8Array>;
}

/** @param onEnd the error that `next` rejects with once the connection has ended */
export const makeInbox = (socket: WebSocket, onEnd: () => Error): Inbox => {
  const waiting: Uint8Array[] = [];
  let ended = false;
  let wakeUp: (() => void) | null = null;
  const wake = (): void => {
    wakeUp?.();
    wakeUp = null;
  };
  socket.on('message', (data) => {
    waiting.push(messageBytes(data));
    wake();
  });
  socket.on('close', () => {
    ended = true;
    wake();
  });
  const next = async (signal?: AbortSignal): Promise<Uint8Array> => {
    while (waiting.length === 0) {
      if (ended) throw onEnd();
      signal?.throwIfAborted();
      await new Promise<void>((resolve) => {
        wakeUp = resolve;
        signal?.addEventListener('abort', wake, { once: true });
      });
      signal?.removeEventListener('abort', wake);
    }
    return waiting.shift()!;
  };
  return { next };
};
