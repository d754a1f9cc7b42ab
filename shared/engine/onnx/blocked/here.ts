import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { cpus, homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { writeAtomic } from '../../../util/atomic-file.js';
import type { Engine } from '../../engine.js';
import type { Runtime } from '../session.js';
import type { ChannelBlock } from '../tape.js';
import { agree } from './check.js';
import { probeApart, probeHere } from './probe.js';

/** Where the answer for a machine is kept: finding out takes a process of its own and two short trainings. */
const answerPath = (version: string): string => {
  const machine = JSON.stringify([version, process.platform, process.arch, process.version, cpus()[0]?.model]);
  const name = createHash('sha256').update(machine).digest('hex').slice(0, 16);
  const caches = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(caches, 'fedsqueeze', `onnx-blocks-${name}.json`);
};

const readAnswer = (path: string): ChannelBlock | null => {
  try {
    const { channelBlock } = JSON.parse(readFileSync(path, 'utf8')) as { channelBlock?: unknown };
    return channelBlock === 0 || channelBlock === 8 || channelBlock === 16 ? channelBlock : null;
  } catch {
    return null;
  }
};

const keepAnswer = async (path: string, channelBlock: ChannelBlock): Promise<void> => {
  try {
    mkdirSync(dirname(path), { recursive: true });
    await writeAtomic(path, `${JSON.stringify({ channelBlock })}\n`);
  } catch {
    // Without a place to keep it, every process finds out for itself.
  }
};

/** Opens the engine with blocks of the given size, 0 for the plain form. */
export type OpenBlocked = (channelBlock: ChannelBlock) => Engine;

/**
 * The blocks with which the runtime's kernels work on this machine: asked in a process of its own, then checked by
 * training a small network against the plain form; 0 where either fails. The answer is kept, and what a processor uses
 * is asked again each time, because one folder may serve several machines.
 */
export const channelBlockHere = async (runtime: Runtime, open: OpenBlocked): Promise<ChannelBlock> => {
  const path = answerPath(runtime.env.versions.node ?? '');
  const known = readAnswer(path);
  if (known === 0) return 0;
  if (known !== null && (await probeHere(runtime)) === known) return known;
  const found = await probeApart();
  const works = found !== 0 && (await agree(open(0), open(found)).catch(() => false));
  const answer = works ? found : 0;
  await keepAnswer(path, answer);
  return answer;
};
