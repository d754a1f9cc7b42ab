/*
 * The quantizers of least error for a standard Gaussian (Lloyd 1982, Max 1960), of 2 to 256 levels: the positive levels; the
 * negative ones mirror them. Fixed points of Lloyd's iteration, as float32.
 */
const positiveLevels: readonly (readonly number[])[] = [
  [0.7978846],
  [0.45278003, 1.5104176],
  [0.24509418, 0.7560053, 1.3439093, 2.1519457],
  [0.12839503, 0.3880483, 0.65675912, 0.94234046, 1.2562312, 1.6180464, 2.0690172, 2.7325896],
  [
    0.06588966, 0.19805183, 0.3313783, 0.4666995, 0.6049336, 0.7471357, 0.8945651, 1.0487833, 1.2118044, 1.38634034,
    1.576228, 1.7872332, 2.0287284, 2.3177394, 2.6911196, 3.2607325,
  ],
  [
    0.033409506, 0.10027829, 0.1672969, 0.23456699, 0.30219285, 0.37028265, 0.43894967, 0.5083138, 0.578503, 0.6496556,
    0.7219219, 0.7954677, 0.8704766, 0.94715494, 1.0257363, 1.1064882, 1.1897201, 1.2757945, 1.365141, 1.4582764,
    1.5558312, 1.6585889, 1.7675419, 1.88397724, 2.00961104, 2.1468102, 2.2989812, 2.471305, 2.6722738, 2.9174068,
    3.240437, 3.7441013,
  ],
  [
    0.01682817, 0.050490864, 0.08417264, 0.11788628, 0.15164465, 0.18546072, 0.21934764, 0.25331873, 0.28738756,
    0.32156794, 0.35587403, 0.3903203, 0.42492165, 0.45969343, 0.49465148, 0.5298122, 0.56519265, 0.6008105, 0.6366843,
    0.6728333, 0.70927785, 0.74603914, 0.78313962, 0.82060296, 0.8584542, 0.89671996, 0.9354285, 0.97461, 1.0142967,
    1.0545232, 1.0953267, 1.1367474, 1.1788286, 1.22161742, 1.2651651, 1.3095276, 1.3547663, 1.40094856, 1.448149,
    1.49645, 1.5459437, 1.5967331, 1.6489339, 1.702677, 1.75811144, 1.8154077, 1.8747625, 1.9364046, 2.0006018,
    2.0676715, 2.1379934, 2.2120275, 2.2903392, 2.3736343, 2.4628114, 2.5590405, 2.6638865, 2.7795143, 2.9090471,
    3.0572462, 3.231933, 3.4474303, 3.7349366, 4.189694,
  ],
  [
    0.008446193, 0.025339383, 0.042234984, 0.059134604, 0.07603986, 0.092952355, 0.10987372, 0.1268055814, 0.14374957,
    0.16070732, 0.177680496, 0.19467075, 0.21167976, 0.2287092, 0.24576078, 0.26283622, 0.27993724, 0.2970656,
    0.31422304, 0.3314114, 0.34863242, 0.365888, 0.38317996, 0.40051021, 0.41788064, 0.4352932, 0.45274988, 0.47025266,
    0.4878036, 0.5054048, 0.5230583, 0.5407663, 0.55853102, 0.5763547, 0.5942396, 0.6121881, 0.6302026, 0.6482855,
    0.6664394, 0.68466676, 0.70297027, 0.72135262, 0.7398166, 0.75836501, 0.777000815, 0.795727, 0.8145467, 0.833463,
    0.8524793, 0.8715989, 0.8908253, 0.91016206, 0.92961296, 0.9491818, 0.9688726, 0.98868937, 1.00863644, 1.0287182,
    1.0489392, 1.0693042, 1.0898181, 1.110486, 1.13131325, 1.1523054, 1.1734682, 1.1948076, 1.21632997, 1.2380418,
    1.2599499, 1.2820615, 1.304384, 1.3269253, 1.3496937, 1.3726976, 1.39594633, 1.4194493, 1.4432166, 1.4672587,
    1.491587, 1.51621314, 1.54114966, 1.5664098, 1.59200755, 1.6179578, 1.6442765, 1.67098037, 1.6980875, 1.72561696,
    1.7535894, 1.7820269, 1.8109531, 1.8403933, 1.8703751, 1.900928, 1.9320842, 1.9638784, 1.9963485, 2.0295357,
    2.0634852, 2.0982465, 2.1338741, 2.1704282, 2.2079755, 2.24659, 2.2863545, 2.3273619, 2.3697171, 2.4135387,
    2.4589621, 2.5061426, 2.5552594, 2.60652147, 2.660174, 2.7165076, 2.77587065, 2.8386858, 2.905473, 2.97688213,
    3.053742, 3.13713253, 3.2285002, 3.3298485, 3.4440717, 3.575588, 3.7316663, 3.9256378, 4.1865954, 4.6035356,
  ],
];

export const mostLloydMaxBits = positiveLevels.length;

/** @returns the positive levels, ascending @param bits 1 to 8 */
export const lloydMaxLevels = (bits: number): readonly number[] => positiveLevels[bits - 1];

const bins = 1024;

/** Finds the nearest level of magnitudes: a table of where to look first, then a few comparisons. */
export class LloydMax {
  readonly levels: Float32Array;
  private readonly borders: Float64Array;
  private readonly first = new Uint8Array(bins + 1);
  private readonly binsPerUnit: number;

  /** @param bits 1 to 8 */
  constructor(bits: number) {
    this.levels = Float32Array.from(lloydMaxLevels(bits));
    const { levels } = this;
    this.borders = Float64Array.from(levels, (level, i) =>
      i + 1 < levels.length ? (level + levels[i + 1]) / 2 : Infinity,
    );
    const last = levels.length > 1 ? this.borders[levels.length - 2] : 1;
    this.binsPerUnit = bins / last;
    for (let bin = 0, index = 0; bin <= bins; bin++) {
      while (this.borders[index] < bin / this.binsPerUnit) index++;
      this.first[bin] = index;
    }
  }

  /** @returns the index of the level nearest to a magnitude, the lower one at a border @param magnitude at least 0 */
  indexOf(magnitude: number): number {
    const bin = magnitude * this.binsPerUnit;
    let index = this.first[bin < bins ? bin | 0 : bins];
    while (magnitude > this.borders[index]) index++;
    return index;
  }

  /** All levels, ascending: a level's place here is its code. */
  signedLevels(): Float32Array {
    const half = this.levels.length;
    return Float32Array.from({ length: 2 * half }, (_, code) =>
      code < half ? -this.levels[half - 1 - code] : this.levels[code - half],
    );
  }

  /**
   * Writes the codes of the levels nearest to factor × values, at the same places.
   * @param start the first place, `end` the one after the last
   */
  quantize(values: Float32Array, factor: number, codes: Uint16Array, start: number, end: number): void {
    const { borders, first, binsPerUnit } = this;
    const half = this.levels.length;
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
    if (half === 1) {
      for (let i = start; i < end; i++) codes[i] = 1 ^ (words[i] >>> 31);
      return;
    }
    for (let i = start; i < end; i++) {
      const magnitude = Math.abs(values[i]) * factor;
      const bin = magnitude * binsPerUnit;
      let index = first[bin < bins ? bin | 0 : bins];
      while (magnitude > borders[index]) index++;
      // half + index, or half − 1 − index of a negative value: a branch on the sign can't be foreseen.
      codes[i] = half + (index ^ -(words[i] >>> 31));
    }
  }
}
