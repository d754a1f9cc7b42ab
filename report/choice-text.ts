import type { Choice } from '../shared/util/registry.js';

/** A value of an option; a choice in a choice, such as a mentor, by its name and options too. */
const valueText = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(valueText).join('-');
  return typeof value === 'object' && value !== null ? choiceText(value as Choice) : String(value);
};

/** A choice as people write it: the name, and the options that are set. */
export const choiceText = (choice: Choice): string => {
  const [[name, options]] = Object.entries(choice);
  const isSet = (value: unknown): boolean => value !== null && !(Array.isArray(value) && value.length === 0);
  const set = Object.entries(options).filter(([, value]) => isSet(value));
  const pairs = set.map(([option, value]) => `${option} ${valueText(value)}`);
  return pairs.length === 0 ? name : `${name} (${pairs.join(', ')})`;
};

/** More layers would not fit on a line. */
const mostLayers = 12;

/** A network of the scenario's own by its layers, another one by its name and options. */
export const modelText = (model: Choice): string => {
  const list = model['layers']?.['layers'];
  if (!Array.isArray(list)) return choiceText(model);
  const names = list.map((layer: Choice) => Object.keys(layer)[0]);
  const more = names.length > mostLayers ? ` → … ${names.length} layers` : '';
  return `${names.slice(0, mostLayers).join(' → ')}${more}`;
};
