import type { CompiledNetwork, PlacedLayer } from '../models/network.js';
import { CodedError } from '../util/errors.js';

/** The layer of a name, the last one for none. @throws CodedError `argument/unknown-name` */
export const findLayer = ({ layers, network }: CompiledNetwork, name?: string): PlacedLayer => {
  const found = name === undefined ? layers.at(-1) : layers.find((layer) => layer.name === name);
  if (found !== undefined) return found;
  throw new CodedError('argument/unknown-name', `There is no layer '${name}'.`, {
    where: `network '${network.name}'`,
    hint: `Its layers: ${layers.map((layer) => layer.name).join(', ')}.`,
  });
};
