import type { Engine } from '../engine.js';
import { loadBackend, type Backend } from './backend.js';
import { TfjsExamples } from './batch.js';
import { TfjsTrainer } from './trainer.js';

/**
 * Trains with TensorFlow.js, on the best back end that loads.
 * @param wanted the back end, see {@link loadBackend}
 * @returns the engine, and why it has this back end
 * @throws CodedError `engine/unavailable`
 */
export const openTfjsEngine = async (wanted?: Backend['name']): Promise<{ engine: Engine; reason: string }> => {
  const { tf, name, reason } = await loadBackend(wanted);
  const engine: Engine = {
    name: 'tfjs',
    version: `${tf.version.tfjs} ${name}`,
    load: async (examples, inputShape) => new TfjsExamples(examples, inputShape),
    compile: async (spec) => new TfjsTrainer(tf, spec),
  };
  return { engine, reason };
};
