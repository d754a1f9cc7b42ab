import { z } from 'zod';
import { adaptationOf } from '../codec/adaptive-levels.js';
import { chosenFeedback } from '../codec/error-feedback.js';
import { feedbackStrategies } from '../codec/feedback/index.js';
import { presets } from '../codec/presets.js';
import { checkStages } from '../codec/stage.js';
import { stages } from '../codec/stages/index.js';
import { CodedError } from '../util/errors.js';
import { choiceOf, isGroup, switchOf } from '../options/choice.js';
import { asIssue, errorMap, toProblems } from '../options/issues.js';
import { jsonSchemaOf, lazyMeta, word, type JsonSchema } from '../options/json-schema.js';
import { suggest } from '../options/nearest.js';
import { show, type Problem } from '../options/problem.js';
import type { CodingScenario, Scenario } from './scenario.js';

const fields = {
  errorFeedback: switchOf(
    feedbackStrategies,
    'Whether what the stages leave out is kept and added to what is coded next (error feedback): false, true (residual), or a way to do it.',
  ).prefault(false),
  scope: z
    .enum(['model', 'tensor'])
    .default('model')
    .describe('Whether the stages see the whole model as one vector, or each tensor by itself: model or tensor.'),
  stages: z
    .array(choiceOf(stages, 'One stage of the codec.'))
    .max(16)
    .prefault([])
    .describe('The stages, one after the other; an empty list sends float32.'),
};

const send = z
  .enum(['delta', 'model'])
  .optional()
  .describe(
    'Whether clients are sent what changed, or the whole model: delta or model. Without it, delta when there are stages and model when there are none.',
  );

const lattice = z
  .int()
  .min(8)
  .max(23)
  .nullable()
  .default(null)
  .describe(
    'Exponent e from 8 to 23: initial weights are rounded to multiples of 2^-e. Changes by multiples of powers of two (the stage step with powerOfTwo) then add up without rounding, and a client that missed several is sent their sum where that is smallest. null: weights as drawn, no sums.',
  );

const uplinkObject = z.strictObject(fields);
const downlinkObject = z.strictObject({ send, lattice, ...fields });

type Written = { object: Record<string, unknown> } | { problem: Problem };

/** The written form of a coding as an object: a preset's name is filled in. */
export const codingObject = (input: unknown): Written => {
  const refused = (message: string, hint: string, code: Problem['code'] = 'scenario/bad-value'): Written => ({
    problem: { path: [], code, message, hint },
  });
  const names = Object.keys(presets);
  if (typeof input === 'string') {
    if (Object.hasOwn(presets, input)) return { object: { ...presets[input].coding } };
    const message = `names the preset ${show(input)}, which does not exist.`;
    return refused(message, suggest(input, names), 'scenario/unknown-name');
  }
  if (Array.isArray(input)) return refused('is a list.', 'Write the list under the key stages: { stages: [...] }.');
  if (isGroup(input)) return { object: input };
  return refused(`is ${show(input)}.`, `It must be one of ${names.join(', ')}, or a group with the key stages.`);
};

/** The first stage that does not fit the ones before it. */
const orderProblems = ({ stages }: CodingScenario): Problem[] => {
  for (let i = 0; i < stages.length; i++) {
    try {
      checkStages(stages.slice(0, i + 1));
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      const [message, hint] = [`does not fit: ${error.message}`, error.hint ?? ''];
      return [{ path: ['stages', i], code: 'scenario/conflict', message, hint }];
    }
  }
  return [];
};

type Downlink = Scenario['downlink'];
const withSend = (
  coding: CodingScenario & { send?: Downlink['send'] | undefined; lattice?: Downlink['lattice'] },
): Downlink => {
  const { send = coding.stages.length > 0 ? 'delta' : 'model', lattice = null, ...rest } = coding;
  return { send, lattice, ...rest };
};

const downlinkProblems = ({ send, errorFeedback, lattice, stages }: Downlink): Problem[] => {
  if (adaptationOf(stages) !== null) {
    const message = 'has levels that adapt, which only the uplink can.';
    const index = stages.findIndex((stage) => adaptationOf([stage]) !== null);
    return [{ path: ['stages', index], code: 'scenario/conflict', message, hint: 'Leave adapt out.' }];
  }
  if (send === 'model' && lattice !== null) {
    const message = `is ${lattice}, but the whole model is sent, so nothing is added up.`;
    return [
      { path: ['lattice'], code: 'scenario/conflict', message, hint: "Write 'send: delta', or leave lattice out." },
    ];
  }
  if (chosenFeedback(errorFeedback)?.[0].sends === 'changes') {
    const message = 'sends changes of an estimate, which clients that are seldom drawn would have to keep.';
    const hint = 'Write true: the chain with a residual does the same on the way down.';
    return [{ path: ['errorFeedback'], code: 'scenario/conflict', message, hint }];
  }
  if (send === 'delta' || errorFeedback === false) return [];
  // Stages leave a part of the model out as they do of a change: the coordinator then trains weights finer than those it sends.
  const isResidual = chosenFeedback(errorFeedback)?.[0].name === 'residual';
  if (isResidual && stages.length > 0) return [];
  const message = isResidual
    ? 'is on, but the whole model is sent without stages, so nothing is left out that could be kept.'
    : 'keeps changes, but the whole model is sent.';
  const hint = isResidual ? "Write 'send: delta', or leave errorFeedback out." : "Write 'send: delta', or true.";
  return [{ path: ['errorFeedback'], code: 'scenario/conflict', message, hint }];
};

const codingOf = <O extends CodingScenario>(
  object: z.ZodType<CodingScenario>,
  finish: (coding: CodingScenario) => O,
  check: (coding: O) => Problem[],
) =>
  z.unknown().transform((input, context): O => {
    const refuse = (problems: readonly Problem[]): never => {
      for (const problem of problems) context.addIssue(asIssue(problem));
      return z.NEVER;
    };
    const written = codingObject(input);
    if ('problem' in written) return refuse([written.problem]);
    const result = object.safeParse(written.object, { error: errorMap });
    if (!result.success) return refuse(toProblems(result.error));
    const coding = finish(result.data);
    const problems = [...orderProblems(coding), ...check(coding)];
    return problems.length > 0 ? refuse(problems) : coding;
  });

/** For editors: a preset's name or the object. */
const alternatives = (object: z.ZodType): JsonSchema[] => {
  const named = Object.entries(presets).map(([name, { summary }]) => word(name, summary));
  return [...named, jsonSchemaOf(object)];
};

export const uplink = codingOf(
  uplinkObject as z.ZodType<CodingScenario>,
  (coding) => coding,
  () => [],
).meta(
  lazyMeta('How updates are coded on their way to the coordinator: none, a preset, or stages.', () =>
    alternatives(uplinkObject),
  ),
);

export const downlink = codingOf(downlinkObject as z.ZodType<CodingScenario>, withSend, downlinkProblems).meta(
  lazyMeta('What clients are sent each round, and how it is coded: none, a preset, or stages.', () =>
    alternatives(downlinkObject),
  ),
);
