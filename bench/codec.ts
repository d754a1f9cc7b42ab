import type { CodecContext, CodecState } from '../shared/codec/codec.js';
import { createCodec, type Coding } from '../shared/codec/pipeline.js';
import { presets } from '../shared/codec/presets.js';
import { makeLayout, type Layout } from '../shared/params/layout.js';
import { RandomStream } from '../shared/util/random.js';

/** What one codec costs for one size of vector. Rates are of the float32 bytes that go in or come out. */
export interface CodecRow {
  readonly stages: string;
  readonly parameters: number;
  readonly encodeMs: number;
  readonly decodeMs: number;
  readonly foldMs: number;
  readonly encodeGBs: number;
  readonly decodeGBs: number;
  readonly bitsPerParameter: number;
  /** Payload bytes over the empirical entropy of what it says; null where nothing is entropy-coded. */
  readonly overEntropy: number | null;
  readonly nmse: number;
}

/** The MLP 784-128-10 and the CNN of McMahan et al. 2017. */
const sizes = [101_770, 1_663_370];

/** Heavy-tailed like a real update: a normal number times a log-normal one. */
const updateLike = (length: number): Float32Array => {
  const random = new RandomStream({ seed: 0, purpose: 'bench' });
  return Float32Array.from({ length }, () => 1e-3 * random.normal() * Math.exp(random.normal()));
};

const medianMs = (run: () => void, budgetMs: number): number => {
  const times: number[] = [];
  const end = performance.now() + budgetMs;
  while (times.length < 5 || (performance.now() < end && times.length < 200)) {
    const start = performance.now();
    run();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
};

const label = ({ errorFeedback, stages }: Coding): string => {
  const names = stages.map((choice) => {
    const [[name, options]] = Object.entries(choice);
    const values = Object.values(options).join(' ');
    return values === '' ? name : `${name} ${values}`;
  });
  return (names.join(' + ') || 'float32') + (errorFeedback ? ' + error feedback' : '');
};

const round = (value: number, digits = 4): number => Number(value.toPrecision(digits));

const measure = (coding: Coding, layout: Layout, update: Float32Array, budgetMs: number): CodecRow => {
  const codec = createCodec(coding);
  const context: CodecContext = { key: { seed: 1, round: 1, client: 1, part: 'delta' }, layout };
  const { measures, payload, state: firstState } = codec.encode(update, context, {});
  let state: CodecState = firstState;
  const accumulator = new Float64Array(layout.floats);
  const encodeMs = medianMs(() => {
    state = codec.encode(update, context, state).state;
  }, budgetMs);
  const decodeMs = medianMs(() => codec.decode(payload, context), budgetMs);
  const foldMs = medianMs(() => codec.fold(payload, 1, accumulator, context), budgetMs);
  const gigabytes = (4 * layout.floats) / 1e9;
  return {
    stages: label(coding),
    parameters: layout.floats,
    encodeMs: round(encodeMs),
    decodeMs: round(decodeMs),
    foldMs: round(foldMs),
    encodeGBs: round(gigabytes / (encodeMs / 1000)),
    decodeGBs: round(gigabytes / (decodeMs / 1000)),
    bitsPerParameter: round((8 * payload.length) / layout.floats),
    overEntropy: measures.entropyBytes === null ? null : round(payload.length / measures.entropyBytes, 5),
    nmse: round(measures.inputEnergy === 0 ? 0 : measures.errorEnergy / measures.inputEnergy),
  };
};

/** Besides the presets: the whole of topk 1 %, 8 bits and golomb, and single stages on dense vectors. */
const codings: readonly Coding[] = [
  ...new Map(Object.values(presets).map(({ coding }) => [label(coding), coding])).values(),
  {
    errorFeedback: true,
    scope: 'model',
    stages: [{ topk: { fraction: 0.01 } }, { quantize: { bits: 8 } }, { golomb: {} }],
  },
  { errorFeedback: false, scope: 'model', stages: [{ quantize: { bits: 8 } }] },
  { errorFeedback: false, scope: 'model', stages: [{ quantize: { bits: 8 } }, { huffman: {} }] },
  { errorFeedback: false, scope: 'model', stages: [{ quantize: { bits: 8 } }, { entropy: { coder: 'range' } }] },
  { errorFeedback: false, scope: 'model', stages: [{ quantize: { bits: 8 } }, { deflate: { level: 6 } }] },
];

/** Times every preset and some stages on vectors of two sizes, medians. @param budgetMs for each measurement */
export const benchCodec = async (budgetMs = 200): Promise<CodecRow[]> => {
  const rows: CodecRow[] = [];
  for (const size of sizes) {
    const layout = makeLayout([{ name: 'weights', shape: [size], role: 'weight' }]);
    const update = updateLike(size);
    for (const coding of codings) {
      rows.push(measure(coding, layout, update, budgetMs));
      // Lets timers and signals in between.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return rows;
};
