import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClientState } from '../../shared/method/method.js';
import { decodeVectors, encodeVectors } from '../../shared/params/vector-file.js';
import { CodedError } from '../../shared/util/errors.js';

/** Where a host that shares the coordinator's disk gets its clients' states and leaves them. */
export class StateFolder {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  private path(client: number, round: number): string {
    return join(this.folder, `${client}-${round}.fsq`);
  }

  /** @param round the round of the committed state */
  load(client: number, round: number): Promise<Uint8Array> {
    return readFile(this.path(client, round));
  }

  async stage(client: number, round: number, state: Uint8Array): Promise<void> {
    const path = this.path(client, round);
    await writeFile(`${path}.new`, state);
    await rename(`${path}.new`, path);
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
