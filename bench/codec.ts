import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../report/statistics.js';
import type { Codec, CodecContext, CodecState, Encoded } from '../shared/codec/codec.js';
import { createCodec } from '../shared/codec/pipeline.js';
import type { Layout } from '../shared/params/layout.js';
import { bytesOf } from '../shared/params/parameters.js';
import { resolveScenario } from '../shared/scenario/load.js';
import { prepare } from '../shared/scenario/prepare.js';
import { RandomStream } from '../shared/util/random.js';
import { codecCases, type CodecCase } from './codec-cases.js';
import { CodecPeer, libraries, type Library, type PeerTimes } from './codec-peer.js';

/*
 * Codecs beside the same work in numpy and PyTorch, in turns: each case on the product, on numpy, on PyTorch, and all of it
 * again, so that the machine's drift meets all alike.
 */

/** What one case costs for one size of vector. Rates are of the float32 bytes that go in or come out. */
export interface CodecRow {
  readonly group: CodecCase['group'];
  readonly name: string;
  readonly parameters: number;
  readonly encodeGBs: number | null;
  readonly decodeGBs: number | null;
  /** Adding a decoded update to the coordinator's sum. */
  readonly foldGBs: number | null;
  readonly bitsPerParameter: number | null;
  /** Payload bytes over the empirical entropy of what it says; null where nothing is entropy-coded. */
  readonly overEntropy: number | null;
  readonly nmse: number | null;
  readonly numpyEncodeGBs: number | null;
  readonly numpyDecodeGBs: number | null;
  readonly torchEncodeGBs: number | null;
  readonly torchDecodeGBs: number | null;
  /** Of the peers' coding, as a check that it is the same work. */
  readonly peerNmse: number | null;
}

/** 784-128-10 with 101,770 parameters, and the CNN of McMahan et al. 2017 with 1,663,370. */
const models = ['mlp', 'cnn'];

/** Only to see whether all works: rates mean nothing then. */
const isTrial = process.env['BENCH_TRIAL'] !== undefined;

/** How often everything is measured in turn. */
const passes = isTrial ? 1 : 3;

/** Milliseconds for each measurement of a pass, and how often it runs at least. */
const budgetMs = isTrial ? 0 : 100;
const fewestRuns = isTrial ? 1 : 5;

const layoutOf = async (model: string): Promise<Layout> => {
  const dataset = { name: 'mnist', partition: 'iid' };
  const clients = { total: 100, perRound: 10 };
  return (await prepare(resolveScenario({ name: 'codec', rounds: 1, dataset, model, clients }))).network.layout;
};

/** Heavy-tailed like a real update: a normal number times a log-normal one. */
const updateLike = (length: number): Float32Array => {
  const random = new RandomStream({ seed: 0, purpose: 'bench' });
  return Float32Array.from({ length }, () => 1e-3 * random.normal() * Math.exp(random.normal()));
};

const medianMs = (run: () => void): number => {
  run();
  const times: number[] = [];
  const end = performance.now() + budgetMs;
  while (times.length < fewestRuns || (performance.now() < end && times.length < 200)) {
    const start = performance.now();
    run();
    times.push(performance.now() - start);
  }
  return median(times);
};

type Work = 'encode' | 'decode' | 'fold';
type Times = Partial<Record<Work | `${Library} ${'encode' | 'decode'}`, number[]>>;

/** One case over all passes. */
class Measurement {
  readonly times: Times = {};
  readonly subject: CodecCase;
  peerNmse: number | null = null;
  private readonly layout: Layout;
  private readonly update: Float32Array;
  private readonly codec: Codec | null;
  private readonly first: Encoded | null;
  private state: CodecState = {};

  constructor(subject: CodecCase, layout: Layout, update: Float32Array) {
    this.subject = subject;
    this.layout = layout;
    this.update = update;
    this.codec = subject.coding === null ? null : createCodec(subject.coding);
    this.first = this.codec?.encode(update, this.context, {}) ?? null;
  }

  private get context(): CodecContext {
    // A round after the warm-up of codecs that have one.
    return { key: { seed: 1, round: 6, client: 1, part: 'delta' }, layout: this.layout };
  }

  private note(what: keyof Times, milliseconds: number): void {
    (this.times[what] ??= []).push(milliseconds);
  }

  /** Measures the product once. */
  own(): void {
    const { codec, first, update, context } = this;
    if (codec === null || first === null) return;
    const accumulator = new Float64Array(update.length);
    const encode = medianMs(() => {
      this.state = codec.encode(update, context, this.state).state;
    });
    this.note('encode', encode);
    this.note(
      'decode',
      medianMs(() => codec.decode(first.payload, context)),
    );
    this.note(
      'fold',
      medianMs(() => codec.fold(first.payload, 1, accumulator, context)),
    );
  }

  addPeer(library: Library, { encodeMs, decodeMs, nmse }: PeerTimes): void {
    this.note(`${library} encode`, encodeMs);
    if (decodeMs !== null) this.note(`${library} decode`, decodeMs);
    this.peerNmse ??= nmse;
  }

  row(): CodecRow {
    const { length } = this.update;
    const rate = (what: keyof Times): number | null => {
      const times = this.times[what];
      return times === undefined ? null : (4 * length) / 1e6 / median(times);
    };
    const { measures, payload } = this.first ?? {};
    const entropyBytes = measures?.entropyBytes ?? null;
    return {
      group: this.subject.group,
      name: this.subject.name,
      parameters: length,
      encodeGBs: rate('encode'),
      decodeGBs: rate('decode'),
      foldGBs: rate('fold'),
      bitsPerParameter: payload === undefined ? null : (8 * payload.length) / length,
      overEntropy: payload === undefined || entropyBytes === null ? null : payload.length / entropyBytes,
      nmse: measures === undefined ? null : measures.errorEnergy / measures.inputEnergy,
      numpyEncodeGBs: rate('numpy encode'),
      numpyDecodeGBs: rate('numpy decode'),
      torchEncodeGBs: rate('torch encode'),
      torchDecodeGBs: rate('torch decode'),
      peerNmse: this.peerNmse,
    };
  }
}

const measurePeers = async (measurement: Measurement, peer: CodecPeer | null): Promise<void> => {
  const { work } = measurement.subject;
  if (peer === null || work === null) return;
  for (const library of libraries) {
    const times = await peer.measure(library, work, budgetMs / 1000);
    if (times !== null) measurement.addPeer(library, times);
  }
};

interface OneSize {
  readonly rows: readonly CodecRow[];
  /** Of the peers' libraries; null where they are not set up. */
  readonly versions: Readonly<Record<Library, string>> | null;
}

const measureSize = async (model: string, peerFolder: string): Promise<OneSize> => {
  const layout = await layoutOf(model);
  const update = updateLike(layout.floats);
  const file = join(peerFolder, `${model}.f32`);
  await writeFile(file, bytesOf(update));
  const peer = await CodecPeer.start(file);
  try {
    const measurements = codecCases().map((subject) => new Measurement(subject, layout, update));
    for (let pass = 0; pass < passes; pass++) {
      for (const measurement of measurements) {
        measurement.own();
        await measurePeers(measurement, peer);
        // Lets signals in between.
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    return { rows: measurements.map((measurement) => measurement.row()), versions: peer?.versions ?? null };
  } finally {
    peer?.stop();
  }
};

/** Rates, sizes and errors of every preset and stage on vectors of two sizes, beside numpy and PyTorch where they are set up. */
export const benchCodec = async (): Promise<{ rows: CodecRow[]; about: object }> => {
  const folder = await mkdtemp(join(tmpdir(), 'fedsqueeze-codec-'));
  try {
    const sizes: OneSize[] = [];
    for (const model of models) sizes.push(await measureSize(model, folder));
    return { rows: sizes.flatMap(({ rows }) => rows), about: { peers: sizes[0].versions } };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
