/** A vector of Beta(α, β) distributions: what is known of the probabilities of as many coins. */
export class BetaPosteriors {
  /** @param alpha one each. @param beta one each */
  constructor(
    readonly alpha: Float64Array,
    readonly beta: Float64Array,
  ) {}

  /** Beta(strength, strength) for each. */
  static prior(length: number, strength: number): BetaPosteriors {
    return new BetaPosteriors(new Float64Array(length).fill(strength), new Float64Array(length).fill(strength));
  }

  /** After so many more throws of each coin. @param ones how many of them were ones */
  after(ones: Float64Array, throws: number): BetaPosteriors {
    return new BetaPosteriors(
      this.alpha.map((alpha, i) => alpha + ones[i]),
      this.beta.map((beta, i) => beta + throws - ones[i]),
    );
  }

  /** α / (α + β) */
  mean(): Float32Array {
    return Float32Array.from(this.alpha, (alpha, i) => alpha / (alpha + this.beta[i]));
  }

  /** (α − 1) / (α + β − 2), for α and β of at least 1. Beta(1, 1) has every probability as a mode: the middle is taken. */
  mode(): Float32Array {
    return Float32Array.from(this.alpha, (alpha, i) => {
      const both = alpha + this.beta[i] - 2;
      return both === 0 ? 0.5 : (alpha - 1) / both;
    });
  }
}
