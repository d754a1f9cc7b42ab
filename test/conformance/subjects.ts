import type { Engine } from '../../shared/engine/engine.js';
import { openOnnxEngine } from '../../shared/engine/onnx/engine.js';
import { openTfjsEngine } from '../../shared/engine/tfjs/engine.js';

/** An engine, or a form of one, that the suite is run on. */
export interface Subject {
  readonly title: string;
  open(): Promise<Engine>;
}

/** Every engine and form; TensorFlow.js on the best back end that loads here. */
export const subjects: readonly Subject[] = [
  { title: 'onnx plain', open: () => openOnnxEngine('plain') },
  { title: 'onnx fast', open: () => openOnnxEngine('fast') },
  { title: 'tfjs', open: async () => (await openTfjsEngine()).engine },
];
