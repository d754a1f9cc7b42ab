import { z } from 'zod';
import { layerList, layerOf } from '../layer-list.js';
import type { Model } from '../model.js';

const options = z.strictObject({
  layers: layerList.describe(
    'The layers in order, 1 to 1000, the last one with a unit for each class; each a name, or a name with options.',
  ),
});

/** A network that the scenario itself gives as a list of layers. */
export const layers: Model = {
  name: 'layers',
  summary: 'a network of your own, written as a list of layers',
  options,
  shorthand: 'layers',
  build: ({ inputShape, classes }, given) => ({
    name: 'layers',
    input: inputShape,
    layers: options.parse(given).layers.map(layerOf),
    classes,
  }),
};
