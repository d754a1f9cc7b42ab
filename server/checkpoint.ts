import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { CodecState, Measures } from '../shared/codec/codec.js';
import { livingIn, type Living } from '../shared/method/pruning/living.js';
import type { ServerState } from '../shared/method/method.js';
import type { PartCoder } from '../shared/method/part-coder.js';
import { linkKey } from '../shared/method/chain.js';
import { BitSet } from '../shared/params/bitset.js';
import type { Layout } from '../shared/params/layout.js';
import { decodeModel, encodeModel } from '../shared/params/model-file.js';
import { bytesOf, gatherFloats, type Parameters } from '../shared/params/parameters.js';
import { decodeVectors, encodeVectors, type Vectors } from '../shared/params/vector-file.js';
import { writeAtomic, writeDurable } from '../shared/util/atomic-file.js';
import { CodedError, messageOf } from '../shared/util/errors.js';
import type { DownlinkState, Link } from './downlink.js';

/*
 * A checkpoint is a manifest that names files with their sizes and hashes. New files get new names, the manifest is
 * renamed into place last, and only then what it no longer names is deleted: whenever the process dies, the manifest
 * names files that are whole.
 */
const manifestName = 'manifest.json';

const fileSchema = z.strictObject({ name: z.string(), bytes: z.number(), sha256: z.string() });
const pairs = z.array(z.tuple([z.number(), z.number()]));
const manifestSchema = z.strictObject({
  v: z.literal(1),
  round: z.number().int().nonnegative(),
  scenarioHash: z.string(),
  runId: z.string(),
  version: z.number().int(),
  modelHash: z.string(),
  /** Length of run.jsonl up to and with this round. */
  logBytes: z.number().int().nonnegative(),
  /** `server` is there where the method keeps vectors. */
  files: z.strictObject({ model: fileSchema, residuals: fileSchema, links: fileSchema, server: fileSchema.optional() }),
  /** (client, round) of the committed states. */
  states: pairs,
  /** (client, version) that simulated devices hold. */
  holds: pairs,
  /** Of quantizers whose levels adapt; null where none do. */
  levels: z
    .strictObject({ level: z.number(), firstLoss: z.number().nullable(), running: z.array(z.number()).readonly() })
    .nullable()
    .default(null),
  repeatable: z.boolean(),
  stopped: z.boolean(),
});

export type Manifest = z.output<typeof manifestSchema>;

/** All that a run goes on from. */
export interface CheckpointData extends Omit<Manifest, 'v' | 'files' | 'version'> {
  readonly downlink: DownlinkState;
  readonly server: ServerState;
}

/** Which weights went with a link: no part can have this name. */
const prunedName = (version: number): string => `${version}/pruned/positions`;

const encodeLinks = (links: readonly Link[]): Uint8Array => {
  const vectors: Record<string, Uint8Array> = {};
  const meta = links.map(({ version, parts }) => ({
    version,
    parts: parts.map(({ name, measures }) => ({ name, measures })),
  }));
  for (const { version, parts, pruned } of links) {
    for (const { name, payload } of parts) vectors[`${version}/${name}`] = payload;
    if (pruned.length > 0) vectors[prunedName(version)] = bytesOf(pruned);
  }
  return encodeVectors({ links: meta }, vectors);
};

interface LinkMeta {
  version: number;
  parts: { name: string; measures: Measures }[];
}

/** Which weights lived at each version back to the first link's, as decoding it needs; null where none is ever pruned. */
const livingBack = (model: Parameters, { specs }: PartCoder) => {
  const layout = specs.find(({ coding }) => coding === 'pruned')?.layout;
  if (layout === undefined) return null;
  const weights = gatherFloats(model.layout, model.floats, ['weight']);
  return {
    now: (): Living => livingIn(layout, weights),
    before: (pruned: Uint32Array): void => pruned.forEach((position) => (weights[position] = 1)),
  };
};

/** @param model that the links lead to */
const decodeLinks = (file: Uint8Array, what: string, coder: PartCoder, seed: number, model: Parameters): Link[] => {
  const { meta, vectors } = decodeVectors(file, what);
  const back = livingBack(model, coder);
  const links = (meta['links'] as LinkMeta[]).toReversed().map(({ version, parts }): Link => {
    const coded = parts.map((part) => ({ ...part, payload: vectors[`${version}/${part.name}`] as Uint8Array }));
    const spec = coder.specs.find(({ coding }) => coding === 'codec')!;
    const payload = coded.find(({ name }) => name === spec.name)!.payload;
    const positions = coder.support(spec, payload, linkKey(seed, version), back?.now());
    const pruned = new Uint32Array(((vectors[prunedName(version)] as Uint8Array) ?? new Uint8Array(0)).buffer);
    back?.before(pruned);
    const support = positions === null ? null : new BitSet(spec.layout.floats).addAll(positions);
    return { version, parts: coded, support, pruned };
  });
  return links.reverse();
};

/** Writes and reads the checkpoints of one run folder. */
export class Checkpoints {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Where client states live. */
  get stateFolder(): string {
    return join(this.folder, 'clients');
  }

  private async writeFile(name: string, data: Uint8Array): Promise<z.output<typeof fileSchema>> {
    await writeDurable(join(this.folder, name), data);
    return { name, bytes: data.length, sha256: createHash('sha256').update(data).digest('hex') };
  }

  /** Makes the data durable, atomically: after a crash the last checkpoint is this one or the one before. */
  async write({ downlink, server, ...rest }: CheckpointData): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const stem = `round-${rest.round}`;
    const files = {
      model: await this.writeFile(`${stem}-model.fsq`, encodeModel(downlink.model)),
      residuals: await this.writeFile(`${stem}-residuals.fsq`, encodeVectors({}, downlink.residuals)),
      links: await this.writeFile(`${stem}-links.fsq`, encodeLinks(downlink.links)),
      ...(Object.keys(server).length === 0
        ? {}
        : { server: await this.writeFile(`${stem}-server.fsq`, encodeVectors({}, server)) }),
    };
    const manifest: Manifest = { v: 1, version: downlink.version, files, ...rest };
    await writeAtomic(join(this.folder, manifestName), JSON.stringify(manifest));
    await this.prune(manifest);
  }

  /** Deletes files of earlier or unfinished checkpoints. */
  private async prune({ files }: Manifest): Promise<void> {
    const keep = new Set([manifestName, ...Object.values(files).flatMap((file) => file?.name ?? [])]);
    const names = await readdir(this.folder, { withFileTypes: true });
    const old = names.filter((entry) => entry.isFile() && !keep.has(entry.name));
    await Promise.all(old.map(({ name }) => rm(join(this.folder, name), { force: true })));
  }

  private async readFile({ name, bytes, sha256 }: z.output<typeof fileSchema>): Promise<Uint8Array> {
    const path = join(this.folder, name);
    const data = await readFile(path).catch((cause: unknown) => {
      throw new CodedError('checkpoint/damaged', `A file of the checkpoint can't be read: ${messageOf(cause)}.`, {
        where: path,
        cause,
      });
    });
    if (data.length !== bytes || createHash('sha256').update(data).digest('hex') !== sha256) {
      throw new CodedError('checkpoint/damaged', 'The file is not the one that the checkpoint names.', { where: path });
    }
    return data;
  }

  /** The manifest alone, null where there is no checkpoint. @throws CodedError `checkpoint/damaged` */
  async manifest(): Promise<Manifest | null> {
    const path = join(this.folder, manifestName);
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text === null) return null;
    try {
      return manifestSchema.parse(JSON.parse(text));
    } catch (cause) {
      throw new CodedError('checkpoint/damaged', 'The checkpoint’s manifest can’t be read.', { where: path, cause });
    }
  }

  /** Vectors by name; none where there is no file. */
  private async readVectors(file: z.output<typeof fileSchema> | undefined): Promise<Vectors> {
    return file === undefined ? {} : decodeVectors(await this.readFile(file), file.name).vectors;
  }

  /**
   * The chain and the method's state as of a checkpoint.
   * @throws CodedError `checkpoint/damaged`, `params/…`
   */
  async read(
    { files, version }: Manifest,
    layout: Layout,
    coder: PartCoder,
    seed: number,
  ): Promise<Pick<CheckpointData, 'downlink' | 'server'>> {
    const model = decodeModel(await this.readFile(files.model), layout, files.model.name);
    const residuals = (await this.readVectors(files.residuals)) as CodecState;
    const links = decodeLinks(await this.readFile(files.links), files.links.name, coder, seed, model);
    const server = (await this.readVectors(files.server)) as ServerState;
    return { downlink: { version, model, residuals, links }, server };
  }
}
