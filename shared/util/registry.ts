import type { z } from 'zod';
import { CodedError } from './errors.js';

/** What every plug-in says of itself: one file, registered in its folder's `index.ts`. */
export interface PlugIn {
  /** The scenario word: the file's name in lower case. */
  readonly name: string;
  /** One line for `fedsqueeze list`. */
  readonly summary: string;
  /** Strict object schema of the options; every field has a default or is required, and a description with unit and range. */
  readonly options: z.ZodObject;
  /** The option that a bare value sets: with `shorthand: 'coder'`, `{ entropy: auto }` is `{ entropy: { coder: auto } }`. */
  readonly shorthand?: string;
}

/**
 * One plug-in with its options, as a scenario writes it: an object with the plug-in's name as its only key. A resolved
 * scenario always has this form, with every option filled in.
 */
export type Choice = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface Registry<P extends PlugIn> {
  /** What they are, in the singular: `partition`. */
  readonly kind: string;
  readonly all: readonly P[];
  /** @throws CodedError `argument/unknown-name` */
  get(name: string): P;
  /** The plug-in of a resolved choice and its options. */
  chosen(choice: Choice): [plugIn: P, options: Readonly<Record<string, unknown>>];
}

export const makeRegistry = <P extends PlugIn>(kind: string, all: readonly P[]): Registry<P> => {
  const byName = new Map(all.map((plugIn) => [plugIn.name, plugIn]));
  const get = (name: string): P => {
    const plugIn = byName.get(name);
    if (plugIn === undefined) {
      throw new CodedError('argument/unknown-name', `There is no ${kind} '${name}'.`, {
        hint: `Known: ${[...byName.keys()].join(', ')}.`,
      });
    }
    return plugIn;
  };
  const chosen = (choice: Choice): [P, Readonly<Record<string, unknown>>] => {
    const [name] = Object.keys(choice);
    return [get(name), choice[name]];
  };
  return { kind, all, get, chosen };
};
