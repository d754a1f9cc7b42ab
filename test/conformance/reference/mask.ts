import type { TrainingSpec, WeightTransform } from '../../../shared/engine/engine.js';
import { maskDraws } from '../../../shared/engine/mask-draws.js';

const sigmoid = (score: number): number => 1 / (1 + Math.exp(-score));

/**
 * Masked weights in float64, for one point. The straight-through gradient is that of a function whose mask moves with the
 * probability from what was drawn at the point: finite differences around the point give it.
 */
export class Masker {
  private readonly drawn = new Map<string, { readonly mask: number; readonly probability: number }[]>();
  /** The least distance between a probability and one where the mask would be another. */
  margin = Number.POSITIVE_INFINITY;

  constructor(
    private readonly spec: TrainingSpec,
    private readonly transform: WeightTransform,
    private readonly seed: number,
    private readonly step: number,
  ) {}

  private draw(name: string, scores: Float64Array) {
    const draws = new Uint16Array(scores.length);
    maskDraws({ seed: this.seed, tensor: name, step: this.step }, draws);
    return Array.from(scores, (score, i) => {
      const probability = sigmoid(score);
      const level = (draws[i] + 0.5) / 65536;
      this.margin = Math.min(this.margin, Math.abs(probability - level));
      return { mask: level < probability ? 1 : 0, probability };
    });
  }

  /** The first call with a name draws, later ones move what it drew. */
  weights(name: string, scores: Float64Array): Float64Array {
    if (!this.transform.tensors.includes(name)) return scores;
    const known = this.drawn.get(name) ?? this.draw(name, scores);
    this.drawn.set(name, known);
    const { offset } = this.spec.network.layout.tensors.find((tensor) => tensor.name === name)!;
    return scores.map((score, i) => {
      const { mask, probability } = known[i];
      return this.transform.weights[offset + i] * (mask + sigmoid(score) - probability);
    });
  }
}
