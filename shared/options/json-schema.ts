import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;

/** JSON Schema (draft 2020-12) of what a person may write, without the `$schema` line: a part of a larger one. */
export const jsonSchemaOf = (schema: z.ZodType): JsonSchema => {
  const { $schema: _, ...fragment } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return fragment;
};

/** One allowed word, with its explanation. */
export const word = (text: string, description: string): JsonSchema => ({ type: 'string', const: text, description });

/** Metadata of a schema with alternatives that are worked out when somebody asks for them: a run never does. */
export const lazyMeta = (description: string, alternatives: () => readonly JsonSchema[]) => {
  let known: readonly JsonSchema[] | undefined;
  return {
    description,
    get anyOf() {
      known ??= alternatives();
      return known;
    },
  };
};
