import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** The WebSocket subprotocol; its number is the protocol's version. */
export const subprotocol = 'fedsqueeze.1';
export const clientPath = '/client';
export const hostPath = '/host';

/** A run's secret: who has it may run hosts. */
export const makeRunToken = (): string => randomBytes(16).toString('hex');

/** A client's own secret, which says that it is that client of that run and no other. */
export const clientToken = (runToken: string, client: number): string =>
  createHmac('sha256', runToken).update(`client/${client}`).digest('base64url').slice(0, 22);

export const sameToken = (a: string, b: string): boolean => {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
};
