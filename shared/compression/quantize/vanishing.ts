import type { FakeQuantization } from '../../engine/engine.js';
import type { CompressedModel } from '../model.js';
import type { Workbench } from '../workbench.js';
import { requireKernels } from './kernels.js';

/** A kernel's gradient, root mean square, as part of the largest one, below which it is told. */
export const leastGradient = 1e-4;

/** Batches whose gradients are looked at. */
const batches = 4;

/**
 * Tells of layers that training with quantization would hardly move: their kernels' gradients are 0, or vanish beside the
 * largest of the network.
 */
export const warnOfGradients = async (
  model: CompressedModel,
  bench: Workbench,
  {
    fakeQuantization,
    batchSize,
    phase,
  }: { readonly fakeQuantization: FakeQuantization; readonly batchSize: number; readonly phase: string },
): Promise<void> => {
  const kernels = requireKernels(model);
  const squares = kernels.map(() => 0);
  await bench.gradients(model, { phase, batches, batchSize, fakeQuantization }, (gradient) => {
    for (const [i, { tensor }] of kernels.entries()) {
      const own = gradient.subarray(tensor.offset, tensor.offset + tensor.size);
      squares[i] += own.reduce((sum, value) => sum + value * value, 0) / tensor.size;
    }
  });
  const sizes = squares.map((sum) => Math.sqrt(sum / batches));
  const largest = Math.max(...sizes);
  for (const [i, { layer }] of kernels.entries()) {
    if (sizes[i] > leastGradient * largest) continue;
    const message =
      sizes[i] === 0
        ? `No gradient reaches '${layer.name}': training does not change it.`
        : `The gradient of '${layer.name}' is ${(sizes[i] / largest).toExponential(1)} of the largest: it hardly trains.`;
    bench.warn({ code: 'compression/vanishing-gradient', layer: layer.name, message });
  }
};
