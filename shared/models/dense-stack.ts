import type { ModelShape } from './model.js';
import type { Layer, Network } from './network.js';

/** Dense layers one after the other, ReLU between them, named as Keras does: `dense`, `dense_1`, … */
export const denseStack = (name: string, { inputShape, classes }: ModelShape, hidden: readonly number[]): Network => {
  const dense = [...hidden, classes].map((units, index, all): Layer => ({
    kind: 'dense',
    name: index === 0 ? 'dense' : `dense_${index}`,
    units,
    activation: index === all.length - 1 ? 'linear' : 'relu',
  }));
  return { name, input: inputShape, layers: [{ kind: 'flatten' }, ...dense], classes };
};
