import { afterAll, beforeAll } from 'vitest';
import type { Examples } from '../../../shared/data/dataset.js';
import {
  sgd,
  type Engine,
  type LoadedExamples,
  type Trainer,
  type TrainingSpec,
  type TrainingTask,
} from '../../../shared/engine/engine.js';
import { initialize } from '../../../shared/models/initialize.js';
import { loadModel } from '../../../shared/models/load.js';
import type { CompiledNetwork } from '../../../shared/models/network.js';
import { makeBatches, makeInputs, scaleOf } from '../inputs.js';

export const inputShape = [4, 3, 1];
export const classes = 3;
/** No block size divides it. */
export const count = 777;
export const byteScale = scaleOf('bytes');

export const mlp = loadModel({ mlp: { hidden: [7, 5] } }, { inputShape, classes });
export const logistic = loadModel({ logistic: {} }, { inputShape, classes });

/** Examples with a learnable rule, as bytes or as floats. */
export const makeExamples = (form: 'bytes' | 'floats'): Examples => makeInputs({ inputShape, classes, form, count });

export const bytes = makeExamples('bytes');

/** Batches in order of the examples; `sizes` says how many rows of each count. */
export const makeTask = (
  network: CompiledNetwork,
  batchSize: number,
  sizes: readonly number[],
  learningRate: number,
): TrainingTask => makeBatches({ parameters: initialize(network, 5).floats, batchSize, sizes, learningRate, count });

export const specOf = (network: CompiledNetwork, batchSize = 4, scale = byteScale): TrainingSpec => ({
  network,
  optimizer: sgd,
  batchSize,
  scale,
});

/** An engine that is open while its tests run. */
export interface Fixture {
  engine(): Engine;
  /** {@link bytes}, loaded. */
  data(): LoadedExamples;
  /** A trainer that is disposed after the tests. */
  compile(network?: CompiledNetwork, batchSize?: number, scale?: number): Promise<Trainer>;
}

/** To be called within a `describe`. */
export const openFixture = (open: () => Promise<Engine>): Fixture => {
  const trainers: Trainer[] = [];
  let opened: { readonly engine: Engine; readonly data: LoadedExamples } | undefined;
  const now = () => {
    if (opened === undefined) throw new Error('the engine is not open');
    return opened;
  };
  beforeAll(async () => {
    const engine = await open();
    opened = { engine, data: await engine.load(bytes, inputShape) };
  });
  afterAll(async () => {
    for (const trainer of trainers) await trainer.dispose();
  });
  return {
    engine: () => now().engine,
    data: () => now().data,
    compile: async (network = mlp, batchSize = 4, scale = byteScale) => {
      const trainer = await now().engine.compile(specOf(network, batchSize, scale));
      trainers.push(trainer);
      return trainer;
    },
  };
};
