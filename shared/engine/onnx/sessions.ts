import type { InferenceSession } from 'onnxruntime-node';
import { CodedError, messageOf } from '../../util/errors.js';
import { layerOf } from './graph.js';
import { createSession, type Runtime } from './session.js';

/** Sessions that a program keeps: its training, its evaluation, and some layers' values. */
const mostSessions = 8;

interface Held {
  readonly session: Promise<InferenceSession>;
  /** Calls that are running or waiting. */
  users: number;
}

/** What the runtime says, without the names that only we know. */
const explained = (error: unknown, network: string): CodedError => {
  const text = messageOf(error);
  const layer = layerOf(text);
  const size = /allocate memory for requested buffer of size (\d+)/.exec(text)?.[1];
  const message =
    size === undefined
      ? 'onnxruntime cannot compute this network.'
      : `There is no memory for a tensor of ${size} bytes.`;
  return new CodedError('engine/failed', message, {
    where: layer === null ? `network '${network}'` : `network '${network}', layer '${layer}'`,
    hint: size === undefined ? 'Try the engine tfjs, and report this network.' : 'Take a smaller network or batch.',
    cause: error,
  });
};

/** The sessions of one program by what they are for; those used longest ago are released when there are many. */
export class Sessions {
  private readonly held = new Map<string, Held>();

  constructor(
    private readonly runtime: Runtime,
    /** For messages. */
    private readonly network: string,
  ) {}

  /** @throws CodedError `engine/failed` */
  async run(
    key: string,
    build: () => Uint8Array,
    feeds: InferenceSession.OnnxValueMapType,
    fetches: InferenceSession.FetchesType,
  ): Promise<InferenceSession.ReturnType> {
    const held = this.held.get(key) ?? { session: createSession(this.runtime, build()), users: 0 };
    // Last in the map: used last.
    this.held.delete(key);
    this.held.set(key, held);
    held.users++;
    try {
      const session = await held.session;
      return await session.run(feeds, fetches);
    } catch (error) {
      if (error instanceof CodedError) throw error;
      throw explained(error, this.network);
    } finally {
      held.users--;
      await this.shrink();
    }
  }

  private async shrink(): Promise<void> {
    for (const [key, { session, users }] of this.held) {
      if (this.held.size <= mostSessions) return;
      if (users > 0) continue;
      this.held.delete(key);
      await session.then((idle) => idle.release()).catch(() => undefined);
    }
  }

  async dispose(): Promise<void> {
    const all = [...this.held.values()];
    this.held.clear();
    for (const { session } of all) await session.then((one) => one.release()).catch(() => undefined);
  }
}
