import type { Layer } from '../network.js';

/** One layer of a chain; its suffix is not used where it is the last. */
export type Step = readonly [suffix: string, layer: Layer];

/**
 * Layers one after the other, named as the layers that a macro stands for: the last one is called `name`, as the whole
 * is, those before it `name/SUFFIX`.
 * @param from what the first layer takes; by default the layer before
 */
export const chain = (name: string, steps: readonly Step[], from?: string): Layer[] =>
  steps.map(([suffix, layer], index): Layer => {
    const named = { ...layer, name: index === steps.length - 1 ? name : `${name}/${suffix}` };
    return index === 0 && from !== undefined ? { ...named, from } : named;
  });
