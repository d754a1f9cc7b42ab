import type { PlugIn, Registry } from '../util/registry.js';
import { CodedError } from '../util/errors.js';
import { stages } from '../codec/stages/index.js';
import { partitions } from '../data/partition/index.js';
import { aggregationChoices } from '../method/aggregations.js';
import { methods } from '../method/index.js';
import { models } from '../models/catalogue/index.js';
import { isGroup } from './choice.js';
import { codingObject } from './coding.js';
import { readDocument } from './document.js';
import { optimizers } from './optimizers.js';
import { show, type Path } from './problem.js';

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

const registries: readonly [place: RegExp, registry: Registry<PlugIn>][] = [
  [/^dataset\.partition$/, partitions],
  [/^model$/, models],
  [/^local\.optimizer$/, optimizers],
  [/^method$/, methods],
  [/^aggregation$/, aggregationChoices],
  [/^(uplink|downlink)\.stages\.\d+$/, stages],
];

const registryAt = (path: Path): Registry<PlugIn> | undefined =>
  registries.find(([place]) => place.test(path.join('.')))?.[1];

/**
 * What stands at a path, in a form that has something below it: a preset's name as its stages, a plug-in's name as
 * a group of options. Other values stay as they are.
 */
const opened = (value: unknown, path: Path, next: string): unknown => {
  if (path.length === 1 && (path[0] === 'uplink' || path[0] === 'downlink')) {
    if (isGroup(value)) return value;
    // An absent downlink stays open, so that its `send` follows from the stages that it is given.
    return value === undefined || value === null ? {} : codingObject(value);
  }
  const registry = registryAt(path);
  if (registry !== undefined) {
    const group = typeof value === 'string' ? { [value]: {} } : value;
    const known = registry.all.some(({ name }) => name === next);
    // Naming another plug-in replaces the one that was chosen.
    return !isGroup(group) || (known && !Object.hasOwn(group, next)) ? {} : group;
  }
  const plugIn = registryAt(path.slice(0, -1))?.all.find(({ name }) => name === path.at(-1));
  if (plugIn !== undefined && !isGroup(value)) {
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
    return container.with === undefined || index === container.length
      ? [...container, setBelow(undefined, setting, depth + 1)]
      : container.with(index, setBelow(container[index], setting, depth + 1));
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
