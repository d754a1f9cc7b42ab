import type { Choice } from '../util/registry.js';
import { models } from './catalogue/index.js';
import { compileNetwork } from './compile.js';
import { checkEmbeddings } from './embeddings.js';
import type { ModelShape } from './model.js';
import type { CompiledNetwork } from './network.js';

/**
 * The compiled network of a resolved choice, for example `{ mlp: { hidden: [128] } }`.
 * @throws CodedError `argument/unknown-name`, and those of {@link compileNetwork} and {@link checkEmbeddings}
 */
export const loadModel = (choice: Choice, shape: ModelShape): CompiledNetwork => {
  const [model, options] = models.chosen(choice);
  const network = compileNetwork(model.build(shape, options));
  if (shape.scale !== undefined) checkEmbeddings(network, shape.scale);
  return network;
};
