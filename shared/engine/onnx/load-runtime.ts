import { CodedError, messageOf } from '../../util/errors.js';
import type { Runtime } from './session.js';

/** The runtime's library. @throws CodedError `engine/unavailable` */
export const loadRuntime = async (): Promise<Runtime> => {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    throw new CodedError('engine/unavailable', `onnxruntime-node does not load: ${messageOf(error)}.`, {
      hint: 'Take the engine tfjs, or a platform that onnxruntime-node supports.',
      cause: error,
    });
  }
};
