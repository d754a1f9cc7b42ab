import type { z } from 'zod';
import { CodedError } from '../util/errors.js';

/** Checks a plug-in's options and fills in their defaults. @throws CodedError `argument/invalid` */
export const parseOptions = <S extends z.ZodObject>(name: string, schema: S, options: unknown): z.infer<S> => {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new CodedError('argument/invalid', `${issue.message}.`, { where: [name, ...issue.path].join('.') });
};
