import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { GraphBuilder } from '../graph.js';
import { createSession, type Runtime } from '../session.js';
import type { ChannelBlock } from '../tape.js';
import { blockedOp } from './blocks.js';

/*
 * Which blocks the runtime's kernels use depends on the processor, and a wrong guess gives wrong numbers, not an error.
 * One call shows it: an image goes in with the channels first and comes out in blocks.
 */

const [channels, width] = [32, 2];

const probeModel = (): Uint8Array => {
  const graph = new GraphBuilder();
  const image = graph.input('image', 'float32', [1, channels, 1, width]);
  graph.output('blocks', blockedOp(graph, 'ReorderInput', [image]), 'float32', [1, channels, 1, width]);
  return graph.toModel();
};

/** Value 2 · channel + position of an image [1, 32, 1, 2]. */
const probeImage = Float32Array.from({ length: channels * width }, (_, i) => i);

/** The block's size, from where the values came to lie. */
export const blockOf = (blocks: ArrayLike<number>): ChannelBlock => {
  for (const size of [8, 16] as const) {
    const isBlocked = Array.from({ length: channels * width }, (_, i) => {
      const [block, position, channel] = [Math.floor(i / (size * width)), Math.floor(i / size) % width, i % size];
      return blocks[i] === width * (block * size + channel) + position;
    }).every(Boolean);
    if (isBlocked) return size;
  }
  return 0;
};

/** What the kernels use, asked in this process: only where {@link probeApart} has found that it survives. */
export const probeHere = async (runtime: Runtime): Promise<ChannelBlock> => {
  const session = await createSession(runtime, probeModel());
  const image = new runtime.Tensor('float32', probeImage, [1, channels, 1, width]);
  const { blocks } = await session.run({ image });
  await session.release();
  return blockOf(blocks.data as Float32Array);
};

const script = `
const [runtime, model] = process.argv.slice(1);
const { InferenceSession, Tensor } = require(runtime);
InferenceSession.create(Buffer.from(model, 'base64'), { logSeverityLevel: 4 }).then(async (session) => {
  const image = new Tensor('float32', Float32Array.from({ length: ${channels * width} }, (_, i) => i), [1, ${channels}, 1, ${width}]);
  const { blocks } = await session.run({ image });
  process.stdout.write(JSON.stringify(Array.from(blocks.data)));
});
`;

/** What the kernels use, asked in a process of its own: on a platform without them the call might end it. */
export const probeApart = async (): Promise<ChannelBlock> => {
  const runtime = createRequire(import.meta.url).resolve('onnxruntime-node');
  const model = Buffer.from(probeModel()).toString('base64');
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script, runtime, model], { timeout: 30_000 });
    return blockOf(JSON.parse(stdout) as number[]);
  } catch {
    return 0;
  }
};
