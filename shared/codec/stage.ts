import { CodedError } from '../util/errors.js';
import type { Choice } from '../util/registry.js';
import { stages } from './stages/index.js';
import { parseOptions } from '../options/parse-options.js';
import type { Stage, StreamCodes, Transform } from './stage-interface.js';
import type { Kind, Support } from './value.js';

/** What flows out of the stages so far, as far as it matters for the order. */
interface Flow {
  readonly kind: Kind;
  readonly support: Support;
  readonly coded: readonly ('positions' | 'symbols')[];
}

const words: Record<Kind, string> = {
  dense: 'a dense vector',
  sparse: 'a sparse vector',
  symbols: 'symbols',
  bytes: 'bytes',
};

const impossible = (stage: Stage, index: number, got: string, hint: string): never => {
  throw new CodedError('codec/impossible-order', `The stage '${stage.name}' gets ${got}.`, {
    where: `stages[${index}]`,
    hint,
  });
};

/** Streams that a coder finds to code: sent positions and symbols that no coder before it took. */
const codable = ({ kind, support, coded }: Flow): ('positions' | 'symbols')[] => {
  const open: ('positions' | 'symbols')[] = [];
  if (support === 'explicit' && !coded.includes('positions')) open.push('positions');
  if (kind === 'symbols' && !coded.includes('symbols')) open.push('symbols');
  return open;
};

const step = (flow: Flow, stage: Stage, index: number): Flow => {
  if (!stage.takes.includes(flow.kind)) {
    const needs = stage.takes.map((kind) => words[kind]).join(' or ');
    return impossible(stage, index, words[flow.kind], `It needs ${needs}.`);
  }
  if (stage.role !== 'coder') return { ...flow, kind: stage.gives, support: stage.support ?? flow.support };
  const found = codable(flow).filter((stream) => stage.codes.includes(stream));
  if (found.length === 0) {
    const streams = stage.codes.join(' or ');
    return impossible(stage, index, `no ${streams} to code`, `It needs ${streams} that are sent and not coded yet.`);
  }
  const coded = [...flow.coded, ...found];
  const kind = coded.includes('symbols') ? 'bytes' : flow.kind;
  return { ...flow, coded, kind };
};

const chosenStages = (choices: readonly Choice[]): (readonly [Stage, unknown])[] =>
  choices.map((choice) => stages.chosen(choice));

/**
 * Checks that each stage takes what the one before it gives.
 * @throws CodedError `codec/impossible-order` naming the stage, what it gets and what it needs; `argument/unknown-name`
 */
export const checkStages = (choices: readonly Choice[]): void => {
  let flow: Flow = { kind: 'dense', support: 'all', coded: [] };
  chosenStages(choices).forEach(([stage], index) => {
    flow = step(flow, stage, index);
  });
};

/** The choices with every option checked and filled in. @throws CodedError `argument/unknown-name`, `argument/invalid` */
export const resolveChoices = (choices: readonly Choice[]): Choice[] =>
  chosenStages(choices).map(([{ name, options: schema }, options]) => ({
    [name]: parseOptions(name, schema, options),
  }));

/** Stages ready to run: steps between values, and the codes of the two streams, null for a stream that stays raw. */
export interface StageChain {
  readonly transforms: readonly Transform[];
  readonly codes: Required<{ [stream in keyof StreamCodes]: NonNullable<StreamCodes[stream]> | null }>;
  /** Codes of the stages, in order: what a payload says of itself. */
  readonly stageCodes: readonly number[];
}

/** @throws CodedError `codec/impossible-order`, `argument/unknown-name`, `argument/invalid` */
export const createStages = (choices: readonly Choice[]): StageChain => {
  checkStages(choices);
  const chosen = chosenStages(choices);
  const transforms: Transform[] = [];
  const codes: StreamCodes[] = [];
  for (const [stage, options] of chosen) {
    if (stage.role === 'coder') codes.push(stage.create(options));
    else transforms.push(stage.create(options));
  }
  return {
    transforms,
    codes: {
      positions: codes.find(({ positions }) => positions !== undefined)?.positions ?? null,
      symbols: codes.find(({ symbols }) => symbols !== undefined)?.symbols ?? null,
    },
    stageCodes: chosen.map(([stage]) => stage.code),
  };
};
