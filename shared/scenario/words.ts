import { z } from 'zod';

/** Windows does not allow these as names of files. */
const reserved = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** @returns whether a text can be the name of a folder everywhere. */
export const isFolderName = (text: string): boolean =>
  /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?$/.test(text) && !reserved.test(text);

/** @returns the nearest text that can be a folder's name. @param otherwise where nothing of it is left */
export const toFolderName = (text: string, otherwise: string): string => {
  const name = text
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, 80)
    .replace(/[.-]+$/, '');
  return isFolderName(name) ? name : otherwise;
};

/** A name that becomes a folder's. */
export const name = z.string().superRefine((text, context) => {
  if (isFolderName(text)) return;
  context.addIssue({
    code: 'custom',
    message: `is ${JSON.stringify(text.slice(0, 40))}.`,
    params: {
      code: 'scenario/bad-value',
      hint: 'It becomes a folder’s name: at most 100 letters, digits, dots, dashes and underscores, a letter or digit first.',
    },
  });
});

export const seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
