import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { CodedError, messageOf } from '../util/errors.js';
import { isGroup } from '../options/choice.js';
import { documentLimits, readDocument, type LocatedDocument } from './document.js';
import { errorMap, toProblems } from '../options/issues.js';
import { problemError, show, type Path, type Place, type Problem } from '../options/problem.js';
import type { Scenario } from './scenario.js';
import { fileSchema, scenarioSchema } from './schema.js';
import { applySettings, parseSetting, type Setting } from './settings.js';
import type { Sweep } from './sweep-schema.js';
import { toFolderName } from './words.js';

/** Where a scenario came from: what a sweep needs to make its points. */
export interface ScenarioSource {
  readonly file: string;
  /** The file as plain data, with the settings applied, not resolved. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly document: LocatedDocument;
  readonly settings: readonly Setting[];
}

export interface LoadedScenario {
  readonly scenario: Scenario;
  readonly sweep: Sweep | null;
  readonly source: ScenarioSource;
}

export interface LoadOptions {
  /** Settings `PATH=VALUE`, applied in order. */
  readonly set?: readonly string[];
}

const startsWith = (path: Path, beginning: Path): boolean =>
  beginning.length <= path.length && beginning.every((step, i) => String(step) === String(path[i]));

/** Names the setting that a problem comes from, or the line of the file. */
export const placeIn =
  (document: LocatedDocument, settings: readonly Setting[]) =>
  ({ path, key }: Pick<Problem, 'path' | 'key'>): string => {
    const full = key === undefined ? path : [...path, key];
    const within = settings.findLast((setting) => startsWith(full, setting.path));
    if (within) return within.where;
    const above = document.has(full) ? undefined : settings.findLast((setting) => startsWith(setting.path, full));
    return above?.where ?? document.where(full, key === undefined ? 'value' : 'key');
  };

/**
 * Resolves a scenario: checks everything and fills in every default.
 * @param place says where a problem is; left out, messages name paths only
 * @throws CodedError `scenario/…`
 */
export const resolveScenario = (data: unknown, place: Place = () => null): Scenario => {
  const result = scenarioSchema.safeParse(data, { error: errorMap });
  if (result.success) return result.data;
  throw problemError(toProblems(result.error), place);
};

const requireGroup = (document: LocatedDocument, file: string): Record<string, unknown> => {
  const { value } = document;
  if (isGroup(value)) return value;
  const message = value === null ? 'The scenario is empty.' : `The scenario is ${show(value)}, not a group of keys.`;
  const hint = 'Begin with keys such as rounds, dataset, model and clients; docs/scenario.md lists them.';
  throw new CodedError('scenario/bad-value', message, {
    where: value === null ? file : document.where([], 'value'),
    hint,
  });
};

/**
 * Reads a scenario from its text.
 * @param file the name that messages show, and that names the scenario when it has no name of its own
 * @throws CodedError `scenario/…`, with file, line and column or the setting
 */
export const parseScenario = (text: string, file: string, { set = [] }: LoadOptions = {}): LoadedScenario => {
  const document = readDocument(text, file);
  const settings = set.map(parseSetting);
  const named = {
    name: toFolderName(basename(file).replace(/\.ya?ml$/i, ''), 'scenario'),
    ...requireGroup(document, file),
  };
  const data = applySettings(named, settings);
  const place = placeIn(document, settings);
  const result = fileSchema.safeParse(data, { error: errorMap });
  if (!result.success) throw problemError(toProblems(result.error), place);
  const { sweep, ...scenario } = result.data;
  return { scenario, sweep, source: { file, data: data as Record<string, unknown>, document, settings } };
};

/** A kind of file, as messages name it. */
export interface FileKind {
  readonly name: string;
  /** The path of one that comes with the package. */
  readonly example: string;
}

/**
 * A scenario file's text.
 * @param kind what the file should be, and one that is, for messages
 * @throws CodedError `scenario/not-found`, `scenario/not-yaml`
 */
export const readText = async (
  file: string,
  { name, example }: FileKind = { name: 'scenario', example: 'scenarios/quickstart.yaml' },
): Promise<string> => {
  const fail = (message: string, hint: string, cause?: unknown): never => {
    throw new CodedError('scenario/not-found', message, { where: file, hint, cause });
  };
  const info = await stat(file).catch((error: unknown) =>
    fail('There is no such file.', `Give the path of a ${name} file, for example ${example}.`, error),
  );
  if (!info.isFile()) fail('This is no file.', `Give the path of a ${name} file.`);
  if (info.size > documentLimits.bytes) {
    const hint = `A ${name} has at most ${documentLimits.bytes}.`;
    throw new CodedError('scenario/not-yaml', `The file has ${info.size} bytes.`, { where: file, hint });
  }
  const bytes = await readFile(file).catch((error: unknown) =>
    fail(`It cannot be read: ${messageOf(error)}.`, '', error),
  );
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CodedError('scenario/not-yaml', 'The file is not UTF-8 text.', {
      where: file,
      hint: 'Save it as UTF-8.',
      cause,
    });
  }
};

/**
 * Reads a scenario file.
 * @throws CodedError `scenario/…`
 */
export const loadScenario = async (file: string, options: LoadOptions = {}): Promise<LoadedScenario> =>
  parseScenario(await readText(file), file, options);
