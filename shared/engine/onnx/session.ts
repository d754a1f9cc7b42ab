import type * as onnxruntime from 'onnxruntime-node';

/** The runtime's library, loaded only where this engine is chosen. */
export type Runtime = typeof onnxruntime;

/**
 * One thread: hosts are what runs in parallel, and one thread is also what makes bits repeat. Nothing waits spinning.
 */
const options: onnxruntime.InferenceSession.SessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
};

export const createSession = (runtime: Runtime, model: Uint8Array): Promise<onnxruntime.InferenceSession> =>
  runtime.InferenceSession.create(model, options);
