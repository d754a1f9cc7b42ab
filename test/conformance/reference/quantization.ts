import type { FakeQuantization } from '../../../shared/engine/engine.js';
import type { Rows } from './layer.js';

/** What rounding did to one value: inside the range it stays this far away, outside it stays at one number. */
type Rounding = { readonly offset: number } | { readonly fixed: number };

/** On a grid of which the step is a parameter: `steps` of it are added to `of` times the value. */
interface SteppedRounding {
  readonly of: 0 | 1;
  readonly steps: number;
}

/** The steps of a range: `lowest` to `highest` times `scale`. */
interface Grid {
  readonly scale: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Symmetric, from the largest magnitude or the mean one of what is not 0, whichever makes the smaller step. */
const weightGrid = (values: readonly number[], bits: number): Grid => {
  const highest = 2 ** (bits - 1) - 1;
  const magnitudes = values.map(Math.abs).filter((magnitude) => magnitude > 0);
  const mean = magnitudes.reduce((sum, magnitude) => sum + magnitude, 0) / Math.max(1, magnitudes.length);
  const scale = Math.min(Math.max(0, ...magnitudes) / highest, (2 * mean) / Math.sqrt(highest));
  return { scale, lowest: -highest, highest };
};

/** From the least to the largest value and 0, which is one of the steps. */
const activationGrid = (values: readonly number[], bits: number): Grid => {
  const [least, largest] = [Math.min(0, ...values), Math.max(0, ...values)];
  const scale = (largest - least) / (2 ** bits - 1);
  const lowest = scale === 0 ? 0 : Math.round(least / scale);
  return { scale, lowest, highest: lowest + 2 ** bits - 1 };
};

/**
 * Fake quantization in float64, for one point. The straight-through gradient is that of a function which moves each value
 * inside the range by what rounding moved it at the point, and holds those outside: finite differences around the point
 * give it.
 */
export class Quantizer {
  private readonly recorded = new Map<string, Rounding[]>();
  private readonly steps = new Map<string, { first: number; roundings: readonly SteppedRounding[] }>();
  /** The least distance, in steps, between a recorded value and one where it would be rounded another way. */
  margin = Number.POSITIVE_INFINITY;

  constructor(private readonly spec: FakeQuantization) {}

  /** @param passes whether gradients of values outside the range pass too */
  private rounding(value: number, { scale, lowest, highest }: Grid, passes: boolean): Rounding {
    if (scale === 0) return { offset: 0 };
    const step = value / scale;
    this.margin = Math.min(this.margin, Math.abs(step - Math.floor(step) - 0.5));
    // The ends of the range are made of the values themselves, but for the last bit.
    const isOutside = step < lowest - 1e-9 || step > highest + 1e-9;
    const end = (step < lowest ? lowest : highest) * scale;
    if (isOutside) return passes ? { offset: end - value } : { fixed: end };
    return { offset: Math.round(step) * scale - value };
  }

  private apply(site: string, values: readonly number[], grid: () => Grid, passes: boolean): number[] {
    let roundings = this.recorded.get(site);
    if (roundings === undefined) {
      const found = grid();
      roundings = values.map((value) => this.rounding(value, found, passes));
      this.recorded.set(site, roundings);
    }
    return values.map((value, i) => {
      const rounding = roundings[i];
      return 'fixed' in rounding ? rounding.fixed : value + rounding.offset;
    });
  }

  /**
   * On a grid whose step is a parameter w̄ = round(v₀) · s + (w − v₀ · s) inside the ends and ±Q · s beyond, v₀ = w₀ / s₀ at the
   * point: finite differences in w and in s are the paper's gradients, and those in s are scaled as it says.
   */
  private stepped(site: string, values: Float64Array, step: number, bits: number): Float64Array {
    const most = 2 ** (bits - 1) - 1;
    const known = this.steps.get(site);
    const first = known?.first ?? step;
    const roundings =
      known?.roundings ??
      [...values].map((value): SteppedRounding => {
        const ratio = value / first;
        this.margin = Math.min(
          this.margin,
          Math.abs(ratio - Math.floor(ratio) - 0.5),
          Math.abs(Math.abs(ratio) - most),
        );
        if (Math.abs(ratio) > most) return { of: 0, steps: Math.sign(ratio) * most };
        return { of: 1, steps: Math.round(ratio) - ratio };
      });
    if (known === undefined) this.steps.set(site, { first, roundings });
    const seen = first + (step - first) / Math.sqrt(values.length * most);
    return values.map((value, i) => roundings[i].of * value + roundings[i].steps * seen);
  }

  /** The first call with a name records, later ones repeat what it did. @param step where it is a parameter */
  weights(name: string, tensor: Float64Array, step: number | null): Float64Array {
    const { weightBits } = this.spec;
    if (weightBits === null) return tensor;
    if (step !== null) return this.stepped(name, tensor, step, weightBits);
    return Float64Array.from(this.apply(name, [...tensor], () => weightGrid([...tensor], weightBits), true));
  }

  activations(layer: string, rows: Rows): Rows {
    const { activationBits } = this.spec;
    if (activationBits === null) return rows;
    const all = rows.flatMap((row) => [...row]);
    const quantized = this.apply(layer, all, () => activationGrid(all, activationBits), false);
    const size = all.length / rows.length;
    return rows.map((_, i) => Float64Array.from(quantized.slice(i * size, (i + 1) * size)));
  }
}
