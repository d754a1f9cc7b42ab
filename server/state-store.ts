import { mkdirSync } from 'node:fs';
import { open, readdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../shared/util/errors.js';

/** Deletes a file that may be gone already. Not `rm`, which looks at the file first. */
const remove = async (path: string): Promise<void> => {
  await unlink(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
};

const fileOf = (client: number, round: number): string => `${client}-${round}.fsq`;

/**
 * What clients keep from round to round, one file a client and round. A host stages the state of an update in a new
 * file; when the round is closed, the coordinator commits it by pointing to that file, or discards it by deleting it.
 * A file that the last durable checkpoint points to stays until the next one. Clients never drawn cost nothing.
 */
export class StateStore {
  readonly folder: string;
  /** Round of each client's committed state. */
  private readonly current: Map<number, number>;
  /** The same as of the last durable checkpoint. */
  private durable: Map<number, number>;
  /** Files that no checkpoint will name again once the next one is written. */
  private superseded: string[] = [];

  /** @param committed (client, round) of a checkpoint; files that it doesn't name are deleted by `prune` */
  constructor(folder: string, committed: Iterable<readonly [number, number]> = []) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    this.current = new Map(committed);
    this.durable = new Map(this.current);
  }

  /** The round of a client's committed state, null when it has none. */
  roundOf(client: number): number | null {
    return this.current.get(client) ?? null;
  }

  /** A committed state's bytes, for a host that doesn't share the disk. */
  async get(client: number): Promise<Uint8Array | null> {
    const round = this.roundOf(client);
    if (round === null) return null;
    return readFile(join(this.folder, fileOf(client, round)));
  }

  /** Stages a state that a remote host sent. */
  async stage(client: number, round: number, state: Uint8Array): Promise<void> {
    await writeFile(join(this.folder, fileOf(client, round)), state);
  }

  /** Makes the staged states of a closed round the clients' own. */
  commit(round: number, clients: readonly number[]): void {
    for (const client of clients) {
      const before = this.current.get(client);
      this.current.set(client, round);
      if (before !== undefined) this.release(client, before);
    }
  }

  /** Forgets states of a round that didn't count. */
  async discard(round: number, clients: readonly number[]): Promise<void> {
    await Promise.all(clients.map((client) => remove(join(this.folder, fileOf(client, round)))));
  }

  /** Forgets a state that was staged after its round was closed; one that is committed stays. */
  async abandon(round: number, client: number): Promise<void> {
    if (this.current.get(client) === round || this.durable.get(client) === round) return;
    await remove(join(this.folder, fileOf(client, round)));
  }

  private release(client: number, round: number): void {
    const name = fileOf(client, round);
    if (this.durable.get(client) === round) this.superseded.push(name);
    else void remove(join(this.folder, name));
  }

  /** Makes the committed states durable. @returns (client, round) pairs for the checkpoint */
  async sync(): Promise<[number, number][]> {
    const fresh = [...this.current].filter(([client, round]) => this.durable.get(client) !== round);
    for (const [client, round] of fresh) {
      const handle = await open(join(this.folder, fileOf(client, round)), 'r+').catch((cause: unknown) => {
        throw new CodedError(
          'checkpoint/state-missing',
          `The state of client ${client} of round ${round} is missing.`,
          { where: this.folder, cause },
        );
      });
      await handle.sync();
      await handle.close();
    }
    return [...this.current];
  }

  /** Called when the checkpoint that names the committed states is durable: what it supersedes goes. */
  async checkpointed(): Promise<void> {
    this.durable = new Map(this.current);
    const names = this.superseded;
    this.superseded = [];
    await Promise.all(names.map((name) => remove(join(this.folder, name))));
  }

  /** Deletes every file that is not committed: what an interrupted round left. */
  async prune(): Promise<void> {
    const keep = new Set([...this.current].map(([client, round]) => fileOf(client, round)));
    const names = await readdir(this.folder);
    await Promise.all(names.filter((name) => !keep.has(name)).map((name) => remove(join(this.folder, name))));
  }
}
