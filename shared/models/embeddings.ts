import { CodedError } from '../util/errors.js';
import type { CompiledNetwork, PlacedLayer } from './network.js';

/** The embeddings that look up an example's values, as they are or in another shape. */
export const tokenLookUps = ({ layers }: CompiledNetwork): PlacedLayer<'embedding'>[] => {
  const values = new Set(['input']);
  for (const { kind, name, from } of layers) {
    if ((kind === 'flatten' || kind === 'reshape') && values.has(from[0])) values.add(name);
  }
  return layers.filter((layer) => layer.kind === 'embedding').filter(({ from }) => values.has(from[0]));
};

/**
 * An embedding looks up tokens, not what another layer computes.
 * @param scale what the data's values are multiplied by: that of tokens is 1
 * @throws CodedError `model/bad-layer`
 */
export const checkEmbeddings = (network: CompiledNetwork, scale: number): void => {
  const tokens = new Set(tokenLookUps(network).map(({ name }) => name));
  for (const { kind, name, from } of network.layers) {
    if (kind !== 'embedding') continue;
    const [message, hint] = tokens.has(name)
      ? [`Tokens are whole numbers, the data is scaled by ${scale}.`, 'Take a dataset of texts, or other layers.']
      : [`It takes what layer '${from[0]}' computes.`, 'It looks up tokens: it takes the input.'];
    if (tokens.has(name) && scale === 1) continue;
    throw new CodedError('model/bad-layer', message, {
      where: `network '${network.network.name}', layer '${name}'`,
      hint,
    });
  }
};
