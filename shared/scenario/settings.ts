import { CodedError } from '../util/errors.js';
import type { PlugIn, Registry } from '../util/registry.js';
import { isGroup } from '../options/choice.js';
import { codingObject } from './coding.js';
import { readDocument } from './document.js';
import { registryAt } from './places.js';
import { show, type Path } from '../options/problem.js';

/** A value for a path of the scenario, from `--set` or a sweep. */
export interface Setting {
  readonly path: readonly string[];
  readonly value: unknown;
  /** How messages name it: `--set rounds=0`, or a place in the file. */
  readonly where: string;
}

const fail = (where: string, message: string, hint: string): never => {
  throw new CodedError('scenario/bad-setting', message, { where, hint });
};

/**
 * @param path keys and list positions with dots between: `uplink.stages.0.topk.fraction`
 * @throws CodedError `scenario/bad-setting`
 */
export const makeSetting = (path: string, value: unknown, where: string): Setting => {
  const steps = path.split('.').map((step) => step.trim());
  if (steps.some((step) => step === '' || step === '__proto__')) {
    fail(where, `${show(path)} is no path.`, 'Write keys with dots between them, as in local.batchSize.');
  }
  return { path: steps, value, where };
};

/**
 * Reads `PATH=VALUE`, the value as YAML: `rounds=5`, `uplink=none`, `evaluate.targets=[0.9, 0.95]`.
 * @throws CodedError `scenario/bad-setting`, `scenario/not-yaml`
 */
export const parseSetting = (text: string): Setting => {
  const where = `--set ${text.length > 80 ? `${text.slice(0, 80)}…` : text}`;
  const equals = text.indexOf('=');
  if (equals < 1) fail(where, 'A setting has no value.', 'Write PATH=VALUE, as in --set rounds=5.');
  const { value } = readDocument(text.slice(equals + 1), where);
  return makeSetting(text.slice(0, equals), value, where);
};

/** A coding as a group of keys. An absent one stays open, so that `send` follows from the stages it is given. */
const openedCoding = (value: unknown): unknown => {
  const written = codingObject(value ?? {});
  return 'object' in written ? written.object : value;
};

/** A choice as a group with the plug-in's name; naming another plug-in replaces the one that was chosen. */
const openedChoice = (value: unknown, registry: Registry<PlugIn>, next: string): unknown => {
  const group = typeof value === 'string' ? { [value]: {} } : value;
  const known = registry.all.some(({ name }) => name === next);
  return !isGroup(group) || (known && !Object.hasOwn(group, next)) ? {} : group;
};

/**
 * What stands at a path, in a form that has something below it: a preset's name as its stages, a plug-in's name as
 * a group of options. Other values stay as they are.
 */
const opened = (value: unknown, path: Path, next: string): unknown => {
  if (path.length === 1 && (path[0] === 'uplink' || path[0] === 'downlink')) return openedCoding(value);
  const registry = registryAt(path);
  if (registry !== undefined) return openedChoice(value, registry, next);
  const plugIn = registryAt(path.slice(0, -1))?.all.find(({ name }) => name === path.at(-1));
  const leadsIntoList = Array.isArray(value) && /^\d+$/.test(next);
  if (plugIn !== undefined && !isGroup(value) && !leadsIntoList) {
    return value === undefined || value === null || plugIn.shorthand === undefined ? {} : { [plugIn.shorthand]: value };
  }
  if (value === undefined || value === null) return /^\d+$/.test(next) ? [] : {};
  return value;
};

const setBelow = (value: unknown, setting: Setting, depth: number): unknown => {
  const { path, where } = setting;
  if (depth === path.length) return structuredClone(setting.value);
  const here = path.slice(0, depth);
  const step = path[depth];
  const container = opened(value, here, step);
  if (Array.isArray(container)) {
    const index = Number(step);
    if (!/^\d{1,6}$/.test(step) || index > container.length) {
      const hint = `Write a position from 0 to ${Math.max(0, container.length - 1)}, or ${container.length} to add one.`;
      fail(where, `${here.join('.')} is a list of ${container.length} and has no position ${show(step)}.`, hint);
    }
    const inner = setBelow(container[index], setting, depth + 1);
    return [...container.slice(0, index), inner, ...container.slice(index + 1)];
  }
  if (!isGroup(container)) {
    const place = here.join('.') || 'the scenario';
    return fail(where, `${place} is ${show(container)} and has nothing below it.`, `Set ${place} itself.`);
  }
  const inner = Object.hasOwn(container, step) ? container[step] : undefined;
  return { ...container, [step]: setBelow(inner, setting, depth + 1) };
};

/**
 * Applies settings, one after the other, to a scenario as written. Paths lead into short forms too:
 * `uplink.stages.0.topk.fraction` after `uplink=stc` changes the preset's first stage.
 * @param document plain data, not changed
 * @throws CodedError `scenario/bad-setting` for a path that leads nowhere; a key that the scenario does not know is
 *   found when the result is resolved
 */
export const applySettings = (document: unknown, settings: readonly (string | Setting)[]): unknown =>
  settings.reduce<unknown>(
    (data, setting) => setBelow(data, typeof setting === 'string' ? parseSetting(setting) : setting, 0),
    document,
  );
