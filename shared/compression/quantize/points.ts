import { carriesGrid } from '../../engine/grid.js';
import { isActivated } from '../../engine/quantized.js';
import { kernelsOf } from '../../models/kernels.js';
import type { CompiledNetwork } from '../../models/network.js';

/**
 * The values that are quantized, `input` or layers by their names: what dense layers and convolutions take, and what
 * activation functions give. Layers that only choose or move values keep the grid of what they take; the logits stay
 * float32.
 */
export const activationPoints = ({ layers }: Pick<CompiledNetwork, 'layers'>): string[] => {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const sourceOf = (name: string): string => {
    const layer = byName.get(name);
    return layer !== undefined && carriesGrid(layer.kind) ? sourceOf(layer.from[0]) : name;
  };
  const computed = new Set(kernelsOf(layers).values());
  const taken = new Set(layers.filter((layer) => computed.has(layer)).map(({ from }) => sourceOf(from[0])));
  const last = layers.at(-1)?.name;
  const given = layers.filter((layer) => layer.name !== last && (taken.has(layer.name) || isActivated(layer)));
  return [...(taken.has('input') ? ['input'] : []), ...given.map(({ name }) => name)];
};
