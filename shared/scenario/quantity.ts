import { z } from 'zod';
import { nearest } from '../options/nearest.js';
import { asIssue } from '../options/issues.js';
import { missing, show } from '../options/problem.js';

/** A unit as a fraction of the base unit, so that `40 ms` is exactly 40 / 1000 s. */
type Factor = readonly [multiply: number, divide: number];

interface Dimension {
  /** What a bare number means. */
  readonly base: string;
  readonly units: Readonly<Record<string, Factor>>;
  /** Spellings that mean something else to somebody: the factor that they most likely mean. */
  readonly refused: Readonly<Record<string, Factor>>;
}

const decimal = (prefixes: string, unit: string, scale = 1): Record<string, Factor> =>
  Object.fromEntries(
    [...prefixes].map((prefix) => [
      `${prefix.trim()}${unit}`,
      [scale * 1000 ** ' kMGT'.indexOf(prefix === 'K' ? 'k' : prefix), 1] as const,
    ]),
  );

const binary = (unit: string, scale = 1): Record<string, Factor> =>
  Object.fromEntries(
    ['Ki', 'Mi', 'Gi'].map((prefix, i) => [`${prefix}${unit}`, [scale * 1024 ** (i + 1), 1] as const]),
  );

export const bitRate: Dimension = {
  base: 'bit/s',
  units: decimal(' kMG', 'bit/s'),
  refused: {
    ...decimal(' kKMG', 'B/s', 8),
    ...decimal(' kKMG', 'byte/s', 8),
    ...decimal(' kKMG', 'bps'),
    ...decimal(' kKMG', 'b/s'),
    ...binary('B/s', 8),
    ...binary('bit/s'),
    ...binary('b/s'),
  },
};

export const duration: Dimension = {
  base: 's',
  units: { us: [1, 1e6], ms: [1, 1000], s: [1, 1], min: [60, 1], h: [3600, 1] },
  refused: { m: [60, 1], sec: [1, 1], seconds: [1, 1], minutes: [60, 1], hours: [3600, 1] },
};

export const computeRate: Dimension = {
  base: 'FLOP/s',
  units: decimal(' kMGT', 'FLOP/s'),
  refused: { ...decimal(' kKMGT', 'FLOPS'), ...decimal(' kKMGT', 'FLOPs'), ...decimal(' kKMGT', 'flops') },
};

const pattern = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?) *(\S.*)?$/;

/** A number of the base unit in the largest unit that keeps it at 1 or more. */
const inBestUnit = (value: number, { units, base }: Dimension): string => {
  let best = `${value} ${base}`;
  for (const [unit, [multiply, divide]] of Object.entries(units)) {
    if (value * divide >= multiply && multiply >= divide) best = `${(value * divide) / multiply} ${unit}`;
  }
  return best;
};

/** @returns the number in base units, or what would be right */
export const parseQuantity = (text: string, dimension: Dimension): { value: number } | { hint: string } => {
  const [, digits, unit = dimension.base] = pattern.exec(text.trim()) ?? [];
  const known = Object.keys(dimension.units);
  const general = `Write a number of ${dimension.base}, or a number with one of the units ${known.join(', ')}.`;
  if (digits === undefined) return { hint: general };
  const amount = Number(digits);
  if (Object.hasOwn(dimension.units, unit)) {
    const [multiply, divide] = dimension.units[unit];
    return { value: (amount * multiply) / divide };
  }
  if (Object.hasOwn(dimension.refused, unit)) {
    const [multiply, divide] = dimension.refused[unit];
    const meant = inBestUnit((amount * multiply) / divide, dimension);
    return { hint: `The unit ${show(unit)} is easily mistaken: if you mean ${meant}, write that.` };
  }
  const near = nearest(unit, known);
  return { hint: near === null ? general : `Did you mean '${digits} ${near}'? ${general}` };
};

/** Greater numbers are a mistake in any unit. */
const greatest = 1e18;

/**
 * A number with a unit, `10 Mbit/s`, or a plain number of base units; resolved to the number of base units.
 * @param range what is allowed, in base units
 */
export const quantity = (
  dimension: Dimension,
  range: { min: number; exclusive?: boolean; max?: number },
  description: string,
) => {
  const { min, exclusive = false, max = greatest } = range;
  const { base, units } = dimension;
  const bounds = [`${exclusive ? 'more than' : 'at least'} ${min}`, ...(max < greatest ? [`at most ${max}`] : [])];
  const allowed = `It must be ${bounds.join(' and ')} ${base}.`;
  return z
    .unknown()
    .transform((input, context): number => {
      const refuse = (hint: string): never => {
        const message = input === undefined ? missing : `is ${show(input)}.`;
        context.addIssue(asIssue({ path: [], code: 'scenario/bad-value', message, hint }));
        return z.NEVER;
      };
      const parsed =
        typeof input === 'number' ? { value: input } : parseQuantity(typeof input === 'string' ? input : '', dimension);
      if ('hint' in parsed) return refuse(parsed.hint);
      const { value } = parsed;
      const inRange = Number.isFinite(value) && (exclusive ? value > min : value >= min) && value <= max;
      return inRange ? value : refuse(value > greatest ? `It must be at most ${greatest} ${base}.` : allowed);
    })
    .meta({
      description: `${description} Number of ${base}, or with a unit: ${Object.keys(units).join(', ')}. ${allowed}`,
      anyOf: [{ type: 'number' }, { type: 'string', pattern: `^[0-9.eE+-]+ *(${Object.keys(units).join('|')})?$` }],
    });
};
