import { z } from 'zod';
import { isGroup } from '../options/choice.js';
import { errorMap, toProblems } from '../options/issues.js';
import { problemError } from '../options/problem.js';
import type { Choice } from '../util/registry.js';
import { readDocument } from './document.js';
import { placeIn, readText } from './load.js';
import { pipelineSteps } from './pipeline-steps.js';
import { applySettings, parseSetting } from './settings.js';
import { seed } from './words.js';

const kind = { name: 'pipeline', example: 'scenarios/pipelines/prune.yaml' };

const schema = z.strictObject({
  seed: seed.nullable().default(null).describe('Every random number follows from it; null: the run’s.'),
  steps: pipelineSteps.min(1),
});

/** A pipeline of model compression, as a file says it. */
export interface Pipeline {
  readonly seed: number | null;
  readonly steps: readonly Choice[];
}

/**
 * Reads a pipeline from its text: a group with the key `steps`, or the list of steps alone.
 * @param set settings `PATH=VALUE`, applied in order
 * @throws CodedError `scenario/…`, with file, line and column or the setting
 */
export const parsePipeline = (text: string, file: string, set: readonly string[] = []): Pipeline => {
  const document = readDocument(text, file);
  const settings = set.map(parseSetting);
  const isList = Array.isArray(document.value);
  const data = applySettings(isList || !isGroup(document.value) ? { steps: document.value } : document.value, settings);
  const result = schema.safeParse(data, { error: errorMap });
  if (result.success) return result.data;
  const place = placeIn(document, settings);
  throw problemError(
    toProblems(result.error),
    (problem) => place(isList ? { ...problem, path: problem.path.slice(1) } : problem),
    'the pipeline',
  );
};

/** Reads a pipeline file. @throws CodedError `scenario/…` */
export const loadPipeline = async (file: string, set: readonly string[] = []): Promise<Pipeline> =>
  parsePipeline(await readText(file, kind), file, set);
