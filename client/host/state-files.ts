import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientState } from '../../shared/method/method.js';
import { decodeVectors, encodeVectors } from '../../shared/params/vector-file.js';
import { CodedError } from '../../shared/util/errors.js';

/** Bytes of states that a host keeps in memory: those that it staged last. */
const mostCachedBytes = 2 ** 27;

/** Bytes of a state's numbers: what a device needs to keep it. */
export const bytesOfState = (state: ClientState): number =>
  Object.values(state).reduce((sum, vector) => sum + vector.byteLength, 0);

/**
 * Where a host that shares the coordinator's disk gets its clients' states and leaves them. What it staged itself it
 * does not have to read again.
 */
export class StateFolder {
  private readonly folder: string;
  private readonly cached = new Map<number, { readonly round: number; readonly state: ClientState }>();
  private cachedBytes = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  private path(client: number, round: number): string {
    return join(this.folder, `${client}-${round}.fsq`);
  }

  private remember(client: number, round: number, state: ClientState): void {
    this.forget(client);
    this.cached.set(client, { round, state });
    this.cachedBytes += bytesOfState(state);
    for (const [oldest] of this.cached) {
      if (this.cachedBytes <= mostCachedBytes) break;
      this.forget(oldest);
    }
  }

  private forget(client: number): void {
    const known = this.cached.get(client);
    if (known === undefined) return;
    this.cached.delete(client);
    this.cachedBytes -= bytesOfState(known.state);
  }

  /**
   * @param round the round of the committed state
   * @throws CodedError `params/bad-file`, `params/layout-mismatch`
   */
  async load(client: number, round: number, layoutId: string): Promise<ClientState> {
    const known = this.cached.get(client);
    if (known?.round === round) return known.state;
    return decodeState(await readFile(this.path(client, round)), client, layoutId);
  }

  /**
   * Leaves a state for the coordinator, who counts it only when the host reports it: a file that a dying host left
   * unfinished is never read. Written at once, which takes less time than to wait for a thread to do it.
   */
  stage(client: number, round: number, state: ClientState, layoutId: string): void {
    writeFileSync(this.path(client, round), encodeState(state, client, round, layoutId));
    this.remember(client, round, state);
  }
}

export const encodeState = (state: ClientState, client: number, round: number, layoutId: string): Uint8Array =>
  encodeVectors({ client, round, layout: layoutId }, state);

/** @throws CodedError `params/bad-file`, `params/layout-mismatch` */
export const decodeState = (bytes: Uint8Array, client: number, layoutId: string): ClientState => {
  const what = `the state of client ${client}`;
  const { meta, vectors } = decodeVectors(bytes, what);
  if (meta['layout'] !== layoutId) {
    throw new CodedError('params/layout-mismatch', `${what} has another layout than the model.`);
  }
  return vectors as ClientState;
};
