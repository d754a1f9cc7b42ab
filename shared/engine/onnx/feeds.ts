import type { Tensor } from 'onnxruntime-node';
import { sizeOf, type TensorSpec } from '../../params/layout.js';
import { CodedError } from '../../util/errors.js';
import { dropoutMask } from '../dropout.js';
import { maskDraws } from '../mask-draws.js';
import type { TrainingSpec, TrainingTask } from '../engine.js';
import { targetSizes } from '../features.js';
import { floatTensors } from '../tensors.js';
import type { OnnxExamples } from './examples.js';
import { declaredShape, entryOf, parameterInput } from './forward.js';
import type { Runtime } from './session.js';
import {
  constantInput,
  drawsInput,
  dropoutInput,
  featureInput,
  hookInput,
  hookTensors,
  hookVectors,
  type HookVector,
} from './training-graph.js';
import { weightWriters } from './weights/index.js';

export type Feeds = Record<string, Tensor>;

/** Filled up with zeros: rows of weight 0, steps that change nothing. */
const padded = <T extends Int32Array | Float32Array>(values: T, length: number): T => {
  if (values.length === length) return values;
  const longer = new (values.constructor as new (length: number) => T)(length);
  longer.set(values);
  return longer;
};

/** Bytes of one tensor's draws in a local training, which are made before it begins. */
const mostDrawBytes = 2 ** 30;

/** @throws CodedError `engine/failed` */
const requireMemory = (bytes: number, steps: number): void => {
  if (bytes <= mostDrawBytes) return;
  throw new CodedError('engine/failed', `Masks of ${steps} steps need ${bytes} bytes of random numbers.`, {
    hint: 'Take fewer epochs or larger batches, or the engine tfjs.',
  });
};

/** Makes a program's inputs. */
export class FeedMaker {
  constructor(
    private readonly runtime: Runtime,
    private readonly spec: TrainingSpec,
    private readonly blockSteps: number,
  ) {}

  /** The tensors of a parameter vector: views, no copies. */
  views(floats: Float32Array, name: (tensor: string) => string, only = (_tensor: TensorSpec) => true): Feeds {
    const views: Feeds = {};
    for (const tensor of floatTensors(this.spec.network.layout).filter(only)) {
      const values = floats.subarray(tensor.offset, tensor.offset + tensor.size);
      views[name(tensor.name)] = new this.runtime.Tensor('float32', values, declaredShape(tensor.shape));
    }
    return views;
  }

  examples({ type, inputs, count }: OnnxExamples): Feeds {
    return { data: new this.runtime.Tensor(type, inputs, [count, ...entryOf(this.spec.network).shape]) };
  }

  labels({ labels, count }: OnnxExamples): Feeds {
    return { labels: new this.runtime.Tensor('uint8', labels, [count]) };
  }

  indices(rows: Int32Array): Feeds {
    return { indices: new this.runtime.Tensor('int32', rows, [rows.length]) };
  }

  private scalar(value: number): Tensor {
    return new this.runtime.Tensor('float32', Float32Array.of(value), []);
  }

  blocksOf({ steps }: TrainingTask): number {
    return Math.ceil(steps / this.blockSteps);
  }

  /** All that a local training reads but the examples. */
  task(task: TrainingTask): Feeds {
    const { Tensor } = this.runtime;
    const blocks = this.blocksOf(task);
    const rows = this.blockSteps * this.spec.batchSize;
    return {
      ...this.views(task.parameters, parameterInput),
      indices: new Tensor('int32', padded(task.indices, blocks * rows), [blocks, rows]),
      weights: new Tensor('float32', padded(task.weights, blocks * rows), [blocks, rows]),
      learningRate: this.scalar(task.learningRate),
      ...this.teacher(task, blocks, rows),
      ...this.features(task, blocks, rows),
      ...this.dropout(task, blocks, rows),
      ...this.hooks(task),
      ...this.weights(task, blocks),
    };
  }

  private teacher({ teacher }: TrainingTask, blocks: number, rows: number): Feeds {
    const { loss, network } = this.spec;
    if (loss?.kind !== 'distillation' || teacher === undefined) return {};
    const { classes } = network.network;
    const logits = padded(teacher, blocks * rows * classes);
    return { teacher: new this.runtime.Tensor('float32', logits, [blocks, rows, classes]) };
  }

  private features({ features = [] }: TrainingTask, blocks: number, rows: number): Feeds {
    const feeds: Feeds = {};
    for (const [i, size] of targetSizes(this.spec).entries()) {
      if (size === 0) continue;
      const targets = padded(features[i], blocks * rows * size);
      feeds[featureInput(i)] = new this.runtime.Tensor('float32', targets, [blocks, rows, size]);
    }
    return feeds;
  }

  /** The keep-masks of the dropout layers: the draws follow from the task's seed, not from the engine. */
  private dropout({ seed = 0, steps }: TrainingTask, blocks: number, rows: number): Feeds {
    const feeds: Feeds = {};
    for (const layer of this.spec.network.layers) {
      if (layer.kind !== 'dropout') continue;
      const { name, outputShape } = layer;
      const size = this.spec.batchSize * sizeOf(outputShape);
      const masks = new Uint8Array(blocks * rows * sizeOf(outputShape));
      for (let step = 0; step < steps; step++) {
        const draw = { seed, layer: name, step, rate: layer.options.rate };
        dropoutMask(draw, masks.subarray(step * size, (step + 1) * size));
      }
      feeds[dropoutInput(name)] = new this.runtime.Tensor('uint8', masks, [blocks, rows, ...outputShape]);
    }
    return feeds;
  }

  private hooks({ proximal, correction, mask }: TrainingTask): Feeds {
    const feeds: Feeds = proximal !== undefined && this.uses('center') ? { mu: this.scalar(proximal.mu) } : {};
    const vectors = { center: proximal?.center, correction, mask };
    for (const vector of hookVectors(this.spec)) {
      const tensors = new Set(hookTensors(vector, this.spec).map(({ name }) => name));
      const values = vectors[vector];
      if (values === undefined) continue;
      Object.assign(
        feeds,
        this.views(
          values,
          (name) => hookInput(vector, name),
          ({ name }) => tensors.has(name),
        ),
      );
    }
    return feeds;
  }

  /** What writers of weights read: what never changes, and draws that follow from the task's seed. */
  private weights({ seed = 0, steps }: TrainingTask, blocks: number): Feeds {
    const feeds: Feeds = {};
    for (const { tensors, constants, isDrawn } of weightWriters(this.spec)) {
      const has = ({ name }: TensorSpec): boolean => tensors.has(name);
      if (constants !== undefined) Object.assign(feeds, this.views(constants, constantInput, has));
      if (!isDrawn) continue;
      for (const { name, shape, size } of floatTensors(this.spec.network.layout).filter(has)) {
        requireMemory(2 * blocks * size, steps);
        const draws = new Uint16Array(blocks * size);
        for (let step = 0; step < steps; step++) {
          maskDraws({ seed, tensor: name, step }, draws.subarray(step * size, (step + 1) * size));
        }
        feeds[drawsInput(name)] = new this.runtime.Tensor('uint16', draws, [blocks, ...declaredShape(shape)]);
      }
    }
    return feeds;
  }

  private uses(vector: HookVector): boolean {
    return hookVectors(this.spec).includes(vector);
  }
}
