import type { TopLevelSpec } from 'vega-lite';
import { makeLayout } from '../../shared/params/layout.js';
import { codecFigure, type Curve } from './figure.js';
import { presetPoints, withoutPoint, type CodedSource, type PresetPoint } from './presets.js';
import { scalarLine } from './scalar.js';
import { ecsqLine, shannon } from './theory.js';
import { realUpdates, type PartitionName } from './updates.js';

/** A source of vectors with what all presets make of it. */
export interface Measured {
  /** Of the picture's file: `codecs-NAME.svg`. */
  readonly name: string;
  /** Head of its columns in the table. */
  readonly title: string;
  readonly points: readonly PresetPoint[];
  readonly picture: TopLevelSpec;
}

/** A round after the warm-up that some codecs have. */
const gaussianRound = 6;

/** Updates are those of clients that train after so many rounds: early, and when the network has learned most. */
export const roundsBefore = [5, 30] as const;
export const clients = [0, 1, 2] as const;

const rates = Array.from({ length: 110 }, (_, i) => 0.008 * 2 ** (i / 10));

const shannonLine = rates.map((bits) => ({ bits, nmse: shannon(bits) }));

const without = Object.keys(withoutPoint).join(', ');

const notes = [
  'Each preset by itself, on a first update. Filled: with error feedback, which sends later what is lost here.',
  `Not in the picture: float32, which loses nothing, and ${without}, votes without a size.`,
];

const measuredOf = (
  { name, title, heading, about }: { name: string; title: string; heading: string; about: string },
  source: CodedSource,
  curves: readonly Curve[],
): Measured => {
  const points = presetPoints(source);
  const picture = codecFigure({ title: heading, subtitle: [about, ...notes], points, curves });
  return { name, title, points, picture };
};

const onGaussian = (vector: Float32Array): Measured => {
  // A square, for codecs that work on matrices or channels.
  const side = Math.sqrt(vector.length);
  const layout = makeLayout([{ name: 'vector', shape: [side, side], role: 'weight' }]);
  return measuredOf(
    {
      name: 'gaussian',
      title: 'Gaussian',
      heading: 'Error against bits: independent Gaussian numbers',
      about: `${vector.length.toLocaleString('en-US')} numbers of a standard Gaussian, as a square matrix.`,
    },
    { layout, vectors: [{ round: gaussianRound, client: 0, vector }] },
    [
      { name: 'Shannon limit', dash: [], side: 'left', points: shannonLine },
      { name: 'best scalar quantizer', dash: [6, 3], side: 'right', points: ecsqLine() },
    ],
  );
};

const onUpdates = async (partition: PartitionName, words: string): Promise<Measured> => {
  const { layout, updates } = await realUpdates(partition, roundsBefore, clients);
  return measuredOf(
    {
      name: partition,
      title: `updates, ${words}`,
      heading: `Error against bits: updates of a network on MNIST, ${words}`,
      about: `Means over the updates of ${clients.length} clients after ${roundsBefore.join(' and after ')} rounds; 784-200-200-10, ${layout.floats.toLocaleString('en-US')} parameters.`,
    },
    { layout, vectors: updates },
    [
      { name: 'best scalar quantizer', dash: [6, 3], side: 'left', points: scalarLine(updates.map((u) => u.vector)) },
      { name: 'Shannon, of a Gaussian', dash: [2, 3], side: 'right', points: shannonLine },
    ],
  );
};

/** Every preset on numbers of a Gaussian, whose count is a square, and on updates of real runs. */
export const measureSources = async (gaussian: Float32Array): Promise<Measured[]> => [
  onGaussian(gaussian),
  await onUpdates('iid', 'IID'),
  await onUpdates('shards', 'two classes a client'),
];
