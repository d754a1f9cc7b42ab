import { LayerError } from '../models/layer-error.js';
import { isGroup } from '../options/choice.js';
import type { Path } from '../options/problem.js';
import { CodedError } from '../util/errors.js';
import { placeIn, type LoadedScenario } from './load.js';

/** Where the scenario has the layer: its place in a list of its own, else the model that has it. */
const pathOf = (model: unknown, position: number): Path => {
  if (!isGroup(model) || !Object.hasOwn(model, 'layers')) return ['model'];
  return Array.isArray(model['layers']) ? ['model', 'layers', position] : ['model', 'layers', 'layers', position];
};

/** The place of a layer: the setting that changed something of it, else its line. */
const placeOf = ({ source: { data, document, settings } }: LoadedScenario, position: number): string => {
  const path = pathOf(data['model'], position);
  const inside = settings.findLast((setting) => setting.path.slice(0, path.length).join('.') === path.join('.'));
  return inside?.where ?? placeIn(document, settings)({ path });
};

/**
 * Does what compiles the scenario's network; an error of a layer then names its line in the file as well.
 * @throws CodedError what the work throws
 */
export const locatingLayers = async <T>(loaded: LoadedScenario, work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LayerError)) throw error;
    const [model] = Object.keys(loaded.scenario.model);
    const of = model === 'layers' ? '' : ` of the model ${model}`;
    throw new CodedError(error.code, error.message, {
      where: `${placeOf(loaded, error.layer.position)}: ${error.layer.text}${of}`,
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
};
