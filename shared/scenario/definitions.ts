import { isGroup } from '../options/choice.js';
import type { JsonSchema } from '../options/json-schema.js';

/** Shorter parts are not worth a definition of their own, in letters of JSON. */
const shortest = 150;

/** How often each part stands in the schema; what is inside a part counts once for all of its places. */
const countParts = (schema: JsonSchema): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(visit);
    if (!isGroup(value)) return undefined;
    const text = JSON.stringify(value);
    const before = counts.get(text) ?? 0;
    counts.set(text, before + 1);
    if (before === 0) Object.values(value).forEach(visit);
    return undefined;
  };
  visit(schema);
  return counts;
};

/**
 * The same JSON Schema, shorter: long parts that stand in several places move to `definitions`, for example the list of
 * layers, which a scenario may write with and without its key.
 */
export const withDefinitions = (schema: JsonSchema): JsonSchema => {
  const counts = countParts(schema);
  const names = new Map<string, string>();
  const definitions: Record<string, unknown> = {};
  const inner = (value: object): unknown =>
    Array.isArray(value)
      ? value.map(shortened)
      : Object.fromEntries(Object.entries(value).map(([key, part]) => [key, shortened(part)]));
  const shortened = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    const text = JSON.stringify(value);
    if (text.length < shortest || (counts.get(text) ?? 0) < 2) return inner(value);
    const name = names.get(text) ?? `part${names.size + 1}`;
    if (!names.has(text)) {
      names.set(text, name);
      definitions[name] = inner(value);
    }
    return { $ref: `#/definitions/${name}` };
  };
  const short = inner(schema) as JsonSchema;
  return names.size === 0 ? short : { ...short, definitions };
};
