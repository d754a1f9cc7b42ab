import { z } from 'zod';
import { choiceOf } from '../options/choice.js';
import { makeRegistry, type Choice, type PlugIn } from '../util/registry.js';
import { layerKinds, layerMacros } from './layers/index.js';
import type { Layer } from './network.js';

/** Every layer that a list can name: those that engines compute, and those that stand for several of them. */
export const layers = makeRegistry<PlugIn>('layer', [...Object.values(layerKinds), ...Object.values(layerMacros)]);

const layerName = (description: string) => z.string().min(1).max(64).describe(description);

/** What any layer may say beside its own options. */
export const layerPlace = {
  name: layerName('Its name, which `from` and the tensors use; by default the kind’s: conv2d, conv2d_1, …').optional(),
  from: z
    .union([layerName('An earlier layer.'), z.array(layerName('An earlier layer.')).min(1).max(64)])
    .optional()
    .describe(
      'Name of the layer whose value it takes, or a list of names; input is the example. By default the layer before.',
    ),
};

const placedLayers = makeRegistry<PlugIn>(
  'layer',
  layers.all.map((layer) => ({ ...layer, options: layer.options.extend(layerPlace) })),
);

/** A list of layers as a scenario writes it: each a name, or a name with its options. */
export const layerList = z.array(choiceOf(placedLayers, 'One layer.')).min(1).max(1000);

/** A layer of a list as a network has it. */
export const layerOf = (choice: Choice): Layer => {
  const [[kind, options]] = Object.entries(choice);
  return { ...options, kind } as unknown as Layer;
};
