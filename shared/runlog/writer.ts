import { closeSync, fdatasync, fstatSync, openSync, write } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { CodedError } from '../util/errors.js';
import { recordVersion, type RunRecord } from './records.js';

const writeBytes = promisify(write);
const syncData = promisify(fdatasync);

/** Lines wait until this many bytes are together. */
const batchBytes = 64 * 1024;

type WithoutVersion<R> = R extends RunRecord ? Omit<R, 'v'> & { v?: number } : never;

/** A record to write; the version is filled in. */
export type NewRecord = WithoutVersion<RunRecord>;

/** An open `run.jsonl`. Lines are kept in memory and written in the background, in order. */
export interface RunLog {
  /** Adds one line. A number that JSON does not know (NaN, Infinity) becomes null. */
  write(record: NewRecord): void;
  /** All lines so far are with the operating system. @throws what a write in the background threw */
  flush(): Promise<void>;
  /** All lines so far are on the disk: before a checkpoint that names `length`. */
  sync(): Promise<void>;
  /** Bytes of the log so far, lines that wait included. */
  readonly length: number;
  /** Writes what waits and closes the file; a second call does nothing. */
  close(): Promise<void>;
}

/** @returns one line: `type` and `v` first, `measured` last, the rest in the record's own order */
export const formatRecord = (record: NewRecord): string => {
  const { type, v: _, measured, ...rest } = record;
  return `${JSON.stringify({ type, v: recordVersion, ...rest, measured })}\n`;
};

class FileRunLog implements RunLog {
  readonly #file: number;
  #length: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> = Promise.resolve();
  #failure: { error: unknown } | undefined;
  #closed = false;

  constructor(path: string, append: boolean) {
    this.#file = openSync(path, append ? 'a' : 'w');
    this.#length = fstatSync(this.#file).size;
  }

  get length(): number {
    return this.#length;
  }

  write(record: NewRecord): void {
    if (this.#closed) throw new Error('the run log is closed');
    const line = Buffer.from(formatRecord(record));
    this.#waiting.push(line);
    this.#waitingBytes += line.length;
    this.#length += line.length;
    if (this.#waitingBytes >= batchBytes) this.#start();
  }

  async flush(): Promise<void> {
    if (this.#waitingBytes > 0) this.#start();
    await this.#writing;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async sync(): Promise<void> {
    await this.flush();
    await syncData(this.#file);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      await this.flush();
    } finally {
      closeSync(this.#file);
    }
  }

  /** Hands over what waits; batches follow each other. After a failure nothing more is written, or a hole would follow. */
  #start(): void {
    const batch = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#writing = this.#writing.then(async () => {
      if (this.#failure !== undefined) return;
      try {
        await this.#writeAll(batch);
      } catch (error) {
        this.#failure = { error };
      }
    });
  }

  async #writeAll(batch: Buffer): Promise<void> {
    for (let done = 0; done < batch.length;) {
      const { bytesWritten } = await writeBytes(this.#file, batch, done, batch.length - done, null);
      done += bytesWritten;
    }
  }
}

/**
 * Opens a run log for writing.
 * @param options `append` goes on with the file (after `truncateRunLog`); otherwise it begins empty
 */
export const openRunLog = (path: string, options: { append?: boolean } = {}): RunLog =>
  new FileRunLog(path, options.append ?? false);

/**
 * Cuts a run log back to the length that a checkpoint names, so that rounds after it are not in the log twice.
 * @throws CodedError `runlog/too-short`
 */
export const truncateRunLog = async (path: string, bytes: number): Promise<void> => {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    if (size < bytes) {
      throw new CodedError('runlog/too-short', `The run log has ${size} bytes, its checkpoint says ${bytes}.`, {
        where: path,
        hint: 'Log and checkpoint must be of the same run; start the run again.',
      });
    }
    await file.truncate(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
};
