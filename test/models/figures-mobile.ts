import { normalized, type LayerFigures, type ModelFigures } from './figures.js';

/*
 * Networks of depthwise, grouped and shifted convolutions at half or full width, with group normalization and ten
 * classes. Blocks that repeat are functions of the output positions and the channels that stand in the table.
 */

/** Depthwise 3×3, then 1×1. */
const separable = (positions: number, from: number, to: number): LayerFigures[] => [
  [3 * 3 * from, positions * (3 * 3) * from],
  normalized(from),
  [from * to, positions * from * to],
  normalized(to),
];

const mobilenetv1 = (channels: number, [full, half, quarter, eighth, sixteenth]: readonly number[]): LayerFigures[] => [
  [3 * 3 * channels * 16, full * (3 * 3 * channels) * 16],
  normalized(16),
  ...separable(full, 16, 32),
  ...separable(half, 32, 64),
  ...separable(half, 64, 64),
  ...separable(quarter, 64, 128),
  ...separable(quarter, 128, 128),
  ...separable(eighth, 128, 256),
  ...separable(eighth, 256, 256),
  ...separable(eighth, 256, 256),
  ...separable(eighth, 256, 256),
  ...separable(eighth, 256, 256),
  ...separable(eighth, 256, 256),
  ...separable(sixteenth, 256, 512),
  ...separable(sixteenth, 512, 512),
  [512 * 10 + 10, 512 * 10],
];

/** 1×1 to six times the channels before the step, then depthwise 3×3 and 1×1 after it. */
const inverted = (before: number, after: number, from: number, to: number): LayerFigures[] => [
  [from * (6 * from), before * from * (6 * from)],
  normalized(6 * from),
  ...separable(after, 6 * from, to),
];

const mobilenetv2 = (channels: number, [full, half, quarter, eighth, sixteenth]: readonly number[]): LayerFigures[] => [
  [3 * 3 * channels * 16, full * (3 * 3 * channels) * 16],
  normalized(16),
  ...separable(full, 16, 8),
  ...inverted(full, half, 8, 16),
  ...inverted(half, half, 16, 16),
  ...inverted(half, quarter, 16, 16),
  ...inverted(quarter, quarter, 16, 16),
  ...inverted(quarter, quarter, 16, 16),
  ...inverted(quarter, eighth, 16, 32),
  ...inverted(eighth, eighth, 32, 32),
  ...inverted(eighth, eighth, 32, 32),
  ...inverted(eighth, eighth, 32, 32),
  ...inverted(eighth, eighth, 32, 48),
  ...inverted(eighth, eighth, 48, 48),
  ...inverted(eighth, eighth, 48, 48),
  ...inverted(eighth, sixteenth, 48, 80),
  ...inverted(sixteenth, sixteenth, 80, 80),
  ...inverted(sixteenth, sixteenth, 80, 80),
  ...inverted(sixteenth, sixteenth, 80, 160),
  [160 * 640, sixteenth * 160 * 640],
  normalized(640),
  [640 * 10 + 10, 640 * 10],
];

interface Unit {
  readonly before: number;
  readonly after: number;
  readonly from: number;
  readonly inner: number;
  /** Of the last convolution: where the image shrinks, the channels of the shortcut are not among them. */
  readonly to: number;
  readonly firstGroups?: number;
}

/** 1×1 in three groups, each of which sees a third of the channels, depthwise 3×3, 1×1 in three groups. */
const shuffled = ({ before, after, from, inner, to, firstGroups = 3 }: Unit): LayerFigures[] => [
  [(from / firstGroups) * inner, before * (from / firstGroups) * inner],
  normalized(inner),
  [3 * 3 * inner, after * (3 * 3) * inner],
  normalized(inner),
  [(inner / 3) * to, after * (inner / 3) * to],
  normalized(to),
];

const shufflenet = (channels: number, [full, half, quarter, eighth]: readonly number[]): LayerFigures[] => [
  [3 * 3 * channels * 24, full * (3 * 3 * channels) * 24],
  normalized(24),
  ...shuffled({ before: full, after: half, from: 24, inner: 24, to: 120 - 24, firstGroups: 1 }),
  ...[1, 2, 3].flatMap(() => shuffled({ before: half, after: half, from: 120, inner: 24, to: 120 })),
  ...shuffled({ before: half, after: quarter, from: 120, inner: 72, to: 240 - 120 }),
  ...[1, 2, 3, 4, 5, 6, 7].flatMap(() => shuffled({ before: quarter, after: quarter, from: 240, inner: 72, to: 240 })),
  ...shuffled({ before: quarter, after: eighth, from: 240, inner: 120, to: 480 - 240 }),
  ...[1, 2, 3].flatMap(() => shuffled({ before: eighth, after: eighth, from: 480, inner: 120, to: 480 })),
  [480 * 10 + 10, 480 * 10],
];

/** 1×1 to three times the channels that come out, the shift without cost, 1×1 at the positions of the step. */
const shifted = (before: number, after: number, from: number, to: number): LayerFigures[] => [
  [from * (3 * to), before * from * (3 * to)],
  normalized(3 * to),
  [3 * to * to, after * (3 * to) * to],
  normalized(to),
];

const shortcut = (positions: number, from: number, to: number): LayerFigures[] => [
  [from * to, positions * from * to],
  normalized(to),
];

const shiftnet = (channels: number, [full, half, quarter]: readonly number[]): LayerFigures[] => [
  [3 * 3 * channels * 16, full * (3 * 3 * channels) * 16],
  normalized(16),
  ...shifted(full, full, 16, 16),
  ...shifted(full, full, 16, 16),
  ...shifted(full, full, 16, 16),
  ...shifted(full, half, 16, 32),
  ...shortcut(half, 16, 32),
  ...shifted(half, half, 32, 32),
  ...shifted(half, half, 32, 32),
  ...shifted(half, quarter, 32, 64),
  ...shortcut(quarter, 32, 64),
  ...shifted(quarter, quarter, 64, 64),
  ...shifted(quarter, quarter, 64, 64),
  [64 * 10 + 10, 64 * 10],
];

/** Positions of an image and of those half as wide each time, rounded up: 28, 14, 7, 4, 2 and 32, 16, 8, 4, 2. */
const of28 = [28 * 28, 14 * 14, 7 * 7, 4 * 4, 2 * 2];
const of32 = [32 * 32, 16 * 16, 8 * 8, 4 * 4, 2 * 2];

const networks = { mobilenetv1, mobilenetv2, shufflenet, shiftnet };

export const mobileFigures: readonly ModelFigures[] = Object.entries(networks).flatMap(([model, layers]) => [
  { model, inputShape: [28, 28, 1], layers: layers(1, of28) },
  { model, inputShape: [32, 32, 3], layers: layers(3, of32) },
]);
