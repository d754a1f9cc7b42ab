import type { InferenceSession } from 'onnxruntime-node';
import { CodedError, messageOf } from '../../util/errors.js';
import { loadRuntime } from './load-runtime.js';
import { createSession, type Runtime } from './session.js';

/** Runs an ONNX file with one input `input` and the output `logits`, as others do. */
export class ModelRunner {
  private constructor(
    private readonly runtime: Runtime,
    private readonly session: InferenceSession,
  ) {}

  /** @throws CodedError `engine/unavailable` without onnxruntime, `engine/failed` where it can't compute the model */
  static async open(model: Uint8Array): Promise<ModelRunner> {
    const runtime = await loadRuntime();
    try {
      return new ModelRunner(runtime, await createSession(runtime, model));
    } catch (error) {
      throw new CodedError('engine/failed', `onnxruntime cannot compute the exported model: ${messageOf(error)}.`, {
        hint: 'Report the network and the pipeline.',
        cause: error,
      });
    }
  }

  /**
   * All that the model gives, by its outputs' names.
   * @param values [rows, ...shape], channels last, scaled
   */
  async run(values: Float32Array, shape: readonly number[]): Promise<ReadonlyMap<string, Float32Array>> {
    const { Tensor } = this.runtime;
    const outputs = await this.session.run({ input: new Tensor('float32', values, shape) });
    return new Map(Object.entries(outputs).map(([name, { data }]) => [name, data as Float32Array]));
  }

  /** @param values [rows, ...shape], channels last, scaled. @returns logits [rows, classes] */
  async logits(values: Float32Array, shape: readonly number[]): Promise<Float32Array> {
    return (await this.run(values, shape)).get('logits') ?? new Float32Array(0);
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}
