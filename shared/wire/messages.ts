import { z } from 'zod';
import { CodedError } from '../util/errors.js';
import { decodeFrame, encodeFrame, type Header } from './frame.js';

const count = z.number().int().nonnegative().max(0xffffffff);
const text = z.string().max(512);
const token = z.string().max(128);
const loss = z.number().finite();

/**
 * Every message: its type byte and its header. Client connections (`/client`) carry what a real device would;
 * control connections (`/host`) carry what only a simulation needs, and count in no ratio. `docs/protocol.md`
 * documents the states.
 */
export const messages = {
  // client → coordinator
  hello: { type: 1, header: z.strictObject({ run: token, client: count, token, holds: count.nullable() }) },
  update: { type: 3, header: z.strictObject({ round: count, samples: count, loss }) },
  failed: { type: 5, header: z.strictObject({ round: count, code: text }) },
  // coordinator → client
  task: {
    type: 2,
    header: z.strictObject({
      round: count,
      /** Version of the model after the parts are applied. */
      version: count,
      /** What the parts are applied to: the version held, the initial model from its seed, or nothing (a whole model). */
      base: z.enum(['held', 'seed', 'nothing']),
      /** How the parts are coded: links of the chain, their sum, the combined payload, or the whole model. */
      form: z.enum(['links', 'sum', 'combined', 'model']),
      seed: z.number().int().nonnegative().optional(),
      /** Levels above zero that the client's quantizer is to have, where they adapt. */
      levels: z.number().int().min(1).max(32767).optional(),
      /** Number of public examples, where the last part is these. */
      publicExamples: count.optional(),
    }),
  },
  ack: { type: 4, header: z.strictObject({ round: count, accepted: z.boolean(), reason: text.optional() }) },
  // host → coordinator
  join: { type: 16, header: z.strictObject({ token, version: text, name: text, local: z.boolean() }) },
  ready: { type: 18, header: z.strictObject({ dataHash: token, partitionHash: token, engine: text }) },
  report: {
    type: 21,
    header: z.strictObject({
      round: count,
      client: count,
      staged: z.boolean(),
      stateBytes: z.number().int().nonnegative(),
    }),
  },
  refuse: { type: 23, header: z.strictObject({ code: text, message: z.string().max(2048) }) },
  // coordinator → host
  assign: { type: 17, header: z.strictObject({ run: token, stateFolder: z.string().max(2048).nullable() }) },
  model: { type: 19, header: z.strictObject({ version: count }) },
  wake: {
    type: 20,
    header: z.strictObject({ round: count, client: count, holds: count.nullable(), state: count.nullable() }),
  },
  stop: { type: 22, header: z.strictObject({ code: text.optional(), message: z.string().max(2048).optional() }) },
} as const;

export type MessageName = keyof typeof messages;
export type HeaderOf<N extends MessageName> = z.output<(typeof messages)[N]['header']>;

/** A message with its name, checked header and raw parts. */
export type Message = {
  [N in MessageName]: { readonly name: N; readonly header: HeaderOf<N>; readonly parts: readonly Uint8Array[] };
}[MessageName];

const nameOfType = new Map<number, MessageName>(
  Object.entries(messages).map(([name, { type }]) => [type, name as MessageName]),
);

export const encodeMessage = <N extends MessageName>(
  name: N,
  header: HeaderOf<N>,
  parts: readonly Uint8Array[] = [],
): Uint8Array => encodeFrame(messages[name].type, header as Header, parts);

/**
 * Reads a message from outside.
 * @param expected the messages that this state allows
 * @throws CodedError a `wire/…` code
 */
export const decodeMessage = <N extends MessageName>(
  bytes: Uint8Array,
  expected: readonly N[],
): Extract<Message, { name: N }> => {
  const { type, header, parts } = decodeFrame(bytes);
  const name = nameOfType.get(type);
  if (name === undefined || !(expected as readonly string[]).includes(name)) {
    throw new CodedError('wire/bad-type', `A message '${name ?? type}' is not expected here.`, {
      hint: `Expected: ${expected.join(' or ')}.`,
    });
  }
  const checked = messages[name].header.safeParse(header);
  if (!checked.success) {
    const { path, message } = checked.error.issues[0];
    throw new CodedError('wire/bad-field', `The field '${path.join('.')}' of '${name}' is wrong: ${message}.`);
  }
  return { name, header: checked.data, parts } as unknown as Extract<Message, { name: N }>;
};
