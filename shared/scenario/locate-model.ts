import { LayerError } from '../models/layer-error.js';
import { isGroup } from '../options/choice.js';
import type { Path } from '../options/problem.js';
import { CodedError } from '../util/errors.js';
import { placeIn, type LoadedScenario } from './load.js';

/** Where the scenario has the layer: its place in a list of its own, else the model that has it. */
const pathOf = (model: unknown, error: CodedError): Path => {
  if (!(error instanceof LayerError) || !isGroup(model) || !Object.hasOwn(model, 'layers')) return ['model'];
  const { position } = error.layer;
  return Array.isArray(model['layers']) ? ['model', 'layers', position] : ['model', 'layers', 'layers', position];
};

/** The setting that changed something of a path, else its line. */
const placeOf = ({ source: { document, settings } }: LoadedScenario, path: Path): string => {
  const inside = settings.findLast((setting) => setting.path.slice(0, path.length).join('.') === path.join('.'));
  return inside?.where ?? placeIn(document, settings)({ path });
};

/** The layer with the model that has it, where that is not the scenario's own list. */
export const layerText = (model: string, { where }: CodedError): string =>
  where === undefined ? '' : `: ${where}${model === 'layers' ? '' : ` of the model ${model}`}`;

/** How an error says where it is, when it lies in how the data are dealt or in an option of the method. */
const scenarioPath = /^(?:dataset|method)\.[\w.]+$/;

/**
 * Does what deals the scenario's data and compiles its networks; an error of the data, the method or the model then names
 * its line in the file, and where it is one layer's, the layer.
 * @throws CodedError what the work throws
 */
export const locatingModel = async <T>(loaded: LoadedScenario, work: () => T | Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    if (error.where !== undefined && scenarioPath.test(error.where)) {
      const path = error.where.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
      throw error.at(`${placeOf(loaded, path)}: ${error.where}`);
    }
    if (!error.code.startsWith('model/')) throw error;
    const [model] = Object.keys(loaded.scenario.model);
    const place = placeOf(loaded, pathOf(loaded.source.data['model'], error));
    throw error.at(`${place}${layerText(model, error)}`);
  }
};
