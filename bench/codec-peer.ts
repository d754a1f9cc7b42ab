import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

export const libraries = ['numpy', 'torch'] as const;
export type Library = (typeof libraries)[number];

/** One way of doing a work, in milliseconds. */
export interface PeerTimes {
  readonly encodeMs: number;
  readonly decodeMs: number | null;
  readonly bits: number | null;
  readonly nmse: number | null;
}

/** Python with numpy and PyTorch, which waits for jobs while the product is measured. */
export class CodecPeer {
  readonly versions: Readonly<Record<Library, string>>;
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, versions: Readonly<Record<Library, string>>) {
    this.child = child;
    this.lines = lines;
    this.versions = versions;
  }

  /** @returns null where PEERS_HOME has no environment with PyTorch. @param file float32 numbers, little-endian */
  static async start(file: string): Promise<CodecPeer | null> {
    const python = join(process.env['PEERS_HOME'] ?? '', 'vt', 'bin', 'python');
    if (process.env['PEERS_HOME'] === undefined || !existsSync(python)) return null;
    const script = resolve('bench', 'peers', 'codec_peer.py');
    const child = spawn(python, [script, file], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    });
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    return new CodecPeer(child, lines, await CodecPeer.answer(lines));
  }

  private static async answer<T>(lines: AsyncIterator<string>): Promise<T> {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('bench/peers/codec_peer.py ended; what it said stands above.');
    return JSON.parse(value as string) as T;
  }

  /** @returns null for work that the library has not */
  async measure(library: Library, work: string, seconds: number): Promise<PeerTimes | null> {
    this.child.stdin!.write(`${JSON.stringify({ library, work, seconds })}\n`);
    return CodecPeer.answer(this.lines);
  }

  stop(): void {
    this.child.stdin!.end();
  }
}
