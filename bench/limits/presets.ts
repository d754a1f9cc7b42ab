import type { CodecContext } from '../../shared/codec/codec.js';
import { createCodec, type Coding } from '../../shared/codec/pipeline.js';
import { presets } from '../../shared/codec/presets.js';
import { stages } from '../../shared/codec/stages/index.js';
import type { Layout } from '../../shared/params/layout.js';

/** What a codec is at heart; decides colour and shape of its point. */
export const families = ['sparsifier', 'quantizer', 'rotation', 'low rank', 'float format'] as const;
export type Family = (typeof families)[number];

/** Presets without a point, and why. */
export const withoutPoint: Readonly<Record<string, string>> = {
  signsgd: 'signs without a size are votes, and have no error of their own',
};

/** Stages that rotate a vector before they quantize it, and number formats of machines: roles don't tell them apart. */
const rotations = new Set(['rotate', 'drive', 'eden']);
const formats = new Set(['float16', 'bfloat16', 'float8', 'mx', 'nf4']);

/** @returns the family of a coding's first stage */
export const familyOf = ({ stages: [first] }: Coding): Family => {
  if (first === undefined) return 'float format';
  const [name] = Object.keys(first);
  if (rotations.has(name)) return 'rotation';
  if (formats.has(name)) return 'float format';
  if (name === 'lowrank') return 'low rank';
  return stages.get(name).role === 'sparsifier' ? 'sparsifier' : 'quantizer';
};

export interface CodedSource {
  readonly layout: Layout;
  readonly vectors: readonly { readonly round: number; readonly client: number; readonly vector: Float32Array }[];
}

export interface PresetPoint {
  readonly preset: string;
  readonly family: Family;
  readonly errorFeedback: boolean;
  /** Payload bits a number, header and all, and the error: means over the vectors. */
  readonly bits: number;
  readonly nmse: number;
}

/** Presets of the same coding are one; the longest name says most. */
const codings = (): [string, Coding][] => {
  const names = new Map<string, string>();
  for (const [name, { coding }] of Object.entries(presets)) {
    const same = JSON.stringify(coding);
    const before = names.get(same);
    if (before === undefined || name.length > before.length) names.set(same, name);
  }
  return [...names.values()].map((name) => [name, presets[name].coding]);
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const measure = (coding: Coding, { layout, vectors }: CodedSource): { bits: number; nmse: number } => {
  const codec = createCodec(coding);
  const all = vectors.map(({ round, client, vector }) => {
    const context: CodecContext = { key: { seed: 1, round, client, part: 'delta' }, layout };
    const { payload, measures } = codec.encode(vector, context, {});
    return { bits: (8 * payload.length) / vector.length, nmse: measures.errorEnergy / measures.inputEnergy };
  });
  return { bits: mean(all.map(({ bits }) => bits)), nmse: mean(all.map(({ nmse }) => nmse)) };
};

/** Bits and error of every preset that has an error, on the first update of a client: nothing is left from before. */
export const presetPoints = (source: CodedSource): PresetPoint[] =>
  codings()
    .filter(([name]) => withoutPoint[name] === undefined)
    .map(([preset, coding]) => ({
      preset,
      family: familyOf(coding),
      errorFeedback: coding.errorFeedback !== false,
      ...measure(coding, source),
    }));
