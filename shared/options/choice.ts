import { z } from 'zod';
import type { Choice, PlugIn, Registry } from '../util/registry.js';
import { asIssue, errorMap, toProblems } from './issues.js';
import { jsonSchemaOf, lazyMeta, word, type JsonSchema } from './json-schema.js';
import { suggest } from './nearest.js';
import { missing, show, type Problem } from './problem.js';

export const isGroup = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type Resolved = { choice: Choice } | { problems: Problem[] };

const refused = (problem: Partial<Problem> & Pick<Problem, 'message' | 'hint'>): Resolved => ({
  problems: [{ path: [], code: 'scenario/bad-value', ...problem }],
});

/** The plug-in's name and its options as written, `undefined` where none are. */
const nameAndOptions = (input: unknown, names: string): [name: string, options: unknown] | Resolved => {
  if (typeof input === 'string') return [input, undefined];
  if (input === undefined) return refused({ message: missing, hint: `Known: ${names}.` });
  if (!isGroup(input)) return refused({ message: `is ${show(input)}.`, hint: `It must be one of ${names}.` });
  const keys = Object.keys(input);
  if (keys.length === 1) return [keys[0], input[keys[0]]];
  const hint = `It must hold one name with its options, as in { name: { option: value } }. Known: ${names}.`;
  return refused({
    message: keys.length === 0 ? 'is empty.' : `holds ${keys.length} names: ${keys.join(', ')}.`,
    hint,
  });
};

/**
 * Resolves a choice in any of its forms, `name`, `{ name: { option: value } }` or `{ name: value }`, to the second with
 * every option filled in.
 */
export const resolveChoice = (registry: Registry<PlugIn>, input: unknown): Resolved => {
  const names = registry.all.map(({ name }) => name);
  const read = nameAndOptions(input, names.join(', '));
  if (!Array.isArray(read)) return read;
  const [name, written] = read;
  const plugIn = registry.all.find((candidate) => candidate.name === name);
  if (plugIn === undefined) {
    const place = typeof input === 'string' ? {} : { key: name };
    const message = `names the ${registry.kind} ${show(name)}, which does not exist.`;
    return refused({ ...place, code: 'scenario/unknown-name', message, hint: suggest(name, names) });
  }
  const isShort = written !== undefined && written !== null && !isGroup(written) && plugIn.shorthand !== undefined;
  const options = isShort ? { [plugIn.shorthand as string]: written } : (written ?? {});
  const result = plugIn.options.safeParse(options, { error: errorMap });
  if (result.success) return { choice: { [name]: result.data } };
  return {
    problems: toProblems(result.error).map((problem) => {
      // The option is not written where its value stands alone: what is below it has that place.
      const path = isShort && problem.path.length > 1 ? problem.path.slice(1) : problem.path;
      return { ...problem, path: [name, ...path] };
    }),
  };
};

const optionsJsonSchema = ({ name, options, shorthand, summary }: PlugIn): JsonSchema => {
  const written = jsonSchemaOf(options);
  const short = shorthand === undefined ? [] : [jsonSchemaOf(options.shape[shorthand] as z.ZodType)];
  return {
    type: 'object',
    description: summary,
    properties: { [name]: { anyOf: [written, ...short, { type: 'null' }] } },
    required: [name],
    additionalProperties: false,
  };
};

/** The JSON Schema of a choice, for editors: the name alone where no option is required, or with options. */
const alternatives = ({ all }: Registry<PlugIn>): JsonSchema[] => {
  const alone = all.filter(({ options }) => options.safeParse({}).success);
  return [...alone.map(({ name, summary }) => word(name, summary)), ...all.map(optionsJsonSchema)];
};

/** The schema of a choice from a registry. */
export const choiceOf = <C extends Choice = Choice>(registry: Registry<PlugIn>, description: string) =>
  z
    .unknown()
    .transform((input, context): C => {
      const resolved = resolveChoice(registry, input);
      if ('choice' in resolved) return resolved.choice as C;
      for (const problem of resolved.problems) context.addIssue(asIssue(problem));
      return z.NEVER;
    })
    .meta(lazyMeta(description, () => alternatives(registry)));

/** The schema of something that is off, on with its usual plug-in, or a choice: false, true, or the choice. */
export const switchOf = (registry: Registry<PlugIn>, description: string) => {
  const choice = choiceOf(registry, description);
  return z
    .unknown()
    .transform((input, context): boolean | Choice => {
      if (typeof input === 'boolean') return input;
      const result = choice.safeParse(input);
      if (result.success) return result.data;
      const known = registry.all.map(({ name }) => name).join(', ');
      for (const problem of toProblems(result.error)) {
        const isNoChoice = problem.path.length === 0 && problem.code === 'scenario/bad-value';
        context.addIssue(
          asIssue(isNoChoice ? { ...problem, hint: `It must be true, false or one of ${known}.` } : problem),
        );
      }
      return z.NEVER;
    })
    .meta(lazyMeta(description, () => [{ type: 'boolean' }, ...alternatives(registry)]));
};
