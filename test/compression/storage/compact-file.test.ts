import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { CompressedModel } from '../../../shared/compression/model.js';
import { storageFormats } from '../../../shared/compression/storage/formats/index.js';
import { decodeCompact, encodeCompact, storeModel } from '../../../shared/compression/storage/compact-file.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import type { Network } from '../../../shared/models/network.js';
import { BitWriter } from '../../../shared/util/bits.js';
import { bytesOf } from '../../../shared/params/parameters.js';
import { codeOf, refused } from '../../support/refusal.js';
import { modelOf, smallNetwork, streamOf } from './models.js';

/** Each weight that is left one of five. */
const sharedModel = (density: number): CompressedModel => {
  const model = modelOf({ density });
  const floats = model.parameters.floats.map((value) => (value === 0 ? 0 : Math.ceil(value * 5) / 7 + 0.01));
  return { ...model, parameters: { ...model.parameters, floats } };
};

const cases: readonly (readonly [name: string, model: CompressedModel])[] = [
  ['float32', modelOf({})],
  ['pruned', modelOf({ density: 0.2 })],
  ['8 bits a channel', modelOf({ bits: 8 })],
  ['4 bits, affine', modelOf({ bits: 4, affine: true })],
  ['4 bits, affine, a tensor', modelOf({ bits: 4, affine: true, perChannel: false })],
  ['2 bits, pruned', modelOf({ bits: 2, density: 0.3 })],
  ['8 bits, affine, nearly all pruned', modelOf({ bits: 8, affine: true, density: 0.02 })],
  ['float32, nearly all pruned', modelOf({ density: 0.01 })],
  ['float32, some pruned', modelOf({ density: 0.7 })],
  ['shared weights', sharedModel(0.6)],
  ['few shared weights', sharedModel(0.05)],
];

/**
 * Files that pin the format, with the hash of their floats; `npm run vectors` writes them anew. test/python/decode_model.py
 * reads them without anything of this project.
 */
const vectors = new URL('../../vectors/compact-models.json', import.meta.url);

const sha256 = ({ parameters }: CompressedModel): string =>
  createHash('sha256').update(bytesOf(parameters.floats)).digest('hex');

/** The same places in every format: a tenth of a matrix, more of them in some columns. */
const places = () => {
  const matrix = { rows: 40, columns: 50 };
  const stream = streamOf('places');
  const positions = Uint32Array.from({ length: 2000 }, (_, i) => i).filter(
    (i) => stream.uniform() < (i % 50 < 10 ? 0.4 : 0.025),
  );
  const formats = storageFormats.all
    .filter(({ keeps }) => keeps === 'nonzero')
    .map((format) => {
      const prepared = format.prepare(positions, matrix)!;
      const writer = new BitWriter();
      prepared.write(writer);
      const bytes = Buffer.from(writer.finish()).toString('hex');
      return { format: format.code, parameter: prepared.parameter, bytes };
    });
  return { ...matrix, positions: positions.join(' '), formats };
};

if (process.env.VECTORS === 'write') {
  const entries = cases.map(([name, model]) => {
    const file = Buffer.from(encodeCompact(model)).toString('base64');
    return [name, { file, sha256: sha256(model) }];
  });
  const shapes = smallNetwork.layout.tensors.map(({ shape }) => shape);
  const golden = { shapes, models: Object.fromEntries(entries), places: places() };
  writeFileSync(vectors, `${JSON.stringify(golden, null, 2)}\n`);
}

/** A file whose checksum is right again. */
const resealed = (file: Uint8Array): Uint8Array => {
  new DataView(file.buffer, file.byteOffset).setUint32(12, crc32(file.subarray(16)), true);
  return file;
};

describe('a compact model file', () => {
  test.each(cases)('gives back the model to the bit: %s', (_, model) => {
    const read = decodeCompact(encodeCompact(model), 'm');
    expect(read.network.network).toEqual(model.network.network);
    expect(read.network.flops).toBe(model.network.flops);
    expect(new Uint32Array(read.parameters.floats.buffer)).toEqual(new Uint32Array(model.parameters.floats.buffer));
    expect(read.parameters.counters).toEqual(model.parameters.counters);
    expect(read.quantization).toEqual(model.quantization);
    expect(read.mask?.every((kept, i) => kept === (model.parameters.floats[i] === 0 ? 0 : 1)) ?? null).toBe(
      model.mask === null ? null : true,
    );
  });

  test('says how many of its bytes are each tensor’s', () => {
    const { bytes, tensors } = storeModel(modelOf({ bits: 4, density: 0.5 }));
    const sum = [...tensors.values()].reduce((total, tensor) => total + tensor.bytes, 0);
    expect(tensors.size).toBe(smallNetwork.layout.tensors.length);
    expect(sum).toBeLessThan(bytes.length);
    expect(sum).toBeGreaterThan(bytes.length - 500);
  });

  test('is smaller the more is pruned and the fewer the bits', () => {
    const sizeOf = (options: Parameters<typeof modelOf>[0]): number => encodeCompact(modelOf(options)).length;
    const dense = 4 * smallNetwork.layout.floats;
    expect(sizeOf({})).toBeLessThan(dense);
    expect(sizeOf({ density: 0.1 })).toBeLessThan(dense / 5);
    expect(sizeOf({ bits: 4 })).toBeLessThan(dense / 3.5);
    expect(sizeOf({ bits: 4, density: 0.1 })).toBeLessThan(sizeOf({ bits: 4 }) / 1.5);
  });

  test('refuses a file cut anywhere, or with any byte changed', () => {
    const file = encodeCompact(modelOf({ bits: 4, density: 0.2 }));
    for (let length = 0; length < file.length; length += length < 400 ? 1 : 13) {
      expect(codeOf(() => decodeCompact(file.subarray(0, length), 'm'))).toBe('params/bad-file');
    }
    for (let at = 0; at < file.length; at += at < 400 ? 1 : 13) {
      const damaged = file.slice();
      damaged[at] ^= 0x41;
      expect(
        codeOf(() => decodeCompact(damaged, 'm')),
        `byte ${at}`,
      ).toBe('params/bad-file');
    }
  });

  test.each(cases)('with damage that the checksum hides it is a model or refused, nothing else: %s', (_, model) => {
    const file = encodeCompact(model);
    const stream = streamOf('damage');
    const outcomes = new Set<string>();
    for (let i = 0; i < 120; i++) {
      const damaged = file.slice(0, i % 4 === 0 ? 16 + stream.below(file.length - 16) : file.length);
      // Half of them where the header and the first tensors are.
      const at = 8 + stream.below(i % 2 === 0 ? damaged.length - 8 : Math.min(600, damaged.length - 8));
      damaged[at] ^= 1 << stream.below(8);
      outcomes.add(codeOf(() => decodeCompact(resealed(damaged), 'm')));
    }
    expect([...outcomes].filter((code) => code !== 'none' && code !== 'params/bad-file')).toEqual([]);
    expect(outcomes).toContain('params/bad-file');
  });

  test('names the file and what would be right', () => {
    const error = refused(() => decodeCompact(Buffer.from('GIF89a, or anything'), 'x/model.fsc'));
    expect(error.where).toBe('x/model.fsc');
    expect(error.hint).toMatch(/model\.fsc/);
    const newer = encodeCompact(modelOf({}));
    newer[4] = 9;
    expect(refused(() => decodeCompact(newer, 'm')).message).toBe('Format version 9 is not known; 1 is.');
  });

  test('a few bytes do not stand for gigabytes', () => {
    const network = {
      name: 'bomb',
      input: [16_000],
      layers: [
        { kind: 'dense', units: 16_000 },
        { kind: 'dense', units: 10 },
      ],
      classes: 10,
    };
    const layoutId = compileNetwork(network as Network).layout.id;
    const header = deflateRawSync(JSON.stringify({ network, layoutId, quantized: false, pruned: true }));
    const long = deflateRawSync(JSON.stringify({ network: { ...network, name: 'x'.repeat(2 ** 21) } }));
    const fileOf = (part: Buffer): Uint8Array => {
      const file = Buffer.alloc(16 + part.length + 8);
      file.write('FSCM');
      file.writeUInt32LE(1, 4);
      file.writeUInt32LE(part.length, 8);
      part.copy(file, 16);
      return resealed(file);
    };
    const before = process.memoryUsage().arrayBuffers;
    expect(refused(() => decodeCompact(fileOf(header), 'm')).message).toMatch(/^256176010 numbers in \d+ bytes\.$/);
    expect(codeOf(() => decodeCompact(fileOf(long), 'm'))).toBe('params/bad-file');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20e6);
  });

  test('refuses bytes left over, grids that are none, and what contradicts the header', () => {
    const file = encodeCompact(modelOf({ bits: 4, density: 0.5 }));
    const longer = new Uint8Array(file.length + 1);
    longer.set(file);
    expect(refused(() => decodeCompact(resealed(longer), 'm')).message).toMatch(/left over/);
    // The first tensor: two bytes of format and coding, bits, least and most, the number of scales, then the first scale.
    const at = 16 + new DataView(file.buffer, file.byteOffset).getUint32(8, true);
    const changed = (offset: number, bytes: Uint8Array): Uint8Array => {
      const damaged = file.slice();
      damaged.set(bytes, at + offset);
      return resealed(damaged);
    };
    const float = (value: number): Uint8Array => bytesOf(Float32Array.of(value));
    for (const scale of [0, -1, NaN, Infinity]) {
      expect(refused(() => decodeCompact(changed(6, float(scale)), 'm')).message).toMatch(/A scale of a grid/);
    }
    expect(refused(() => decodeCompact(changed(2, Uint8Array.of(1)), 'm')).message).toBe(
      'A grid of 1 bits from -7 to 7.',
    );
    expect(refused(() => decodeCompact(changed(5, Uint8Array.of(3)), 'm')).message).toBe('A grid of 3 scales.');
    expect(refused(() => decodeCompact(changed(0, Uint8Array.of(9)), 'm')).message).toMatch(/unknown bytes 9/);
    const { network, parameters } = modelOf({ bits: 4, density: 0.5 });
    const plain = encodeCompact({ network, parameters, mask: null, quantization: null });
    const headerEnd = 16 + new DataView(plain.buffer, plain.byteOffset).getUint32(8, true);
    const mixed = Buffer.concat([plain.subarray(0, headerEnd), file.subarray(at)]);
    expect(refused(() => decodeCompact(resealed(mixed), 'm')).message).toMatch(/contradicts the header/);
  });

  test('−0 becomes 0, other numbers keep their bits', () => {
    const model = modelOf({});
    const { floats } = model.parameters;
    floats[0] = -0;
    floats[1] = 1e-42;
    floats[2] = -Infinity;
    const read = decodeCompact(encodeCompact(model), 'm').parameters.floats;
    expect(Object.is(read[0], 0)).toBe(true);
    expect([...read.subarray(1, 3)]).toEqual([...floats.subarray(1, 3)]);
  });

  test('the bytes of the format stay: files of version 1 are read, their tensors written as they were', () => {
    const { models: golden, ...rest } = JSON.parse(readFileSync(vectors, 'utf8')) as {
      models: Record<string, { file: string; sha256: string }>;
      places: ReturnType<typeof places>;
    };
    expect(rest.places).toEqual(places());
    expect(Object.keys(golden)).toEqual(cases.map(([name]) => name));
    // The deflated header depends on the version of zlib; what follows does not.
    const bodyOf = (bytes: Buffer): string => bytes.subarray(16 + bytes.readUInt32LE(8)).toString('base64');
    for (const [name, model] of cases) {
      const file = Buffer.from(golden[name].file, 'base64');
      expect(sha256(decodeCompact(file, name)), name).toBe(golden[name].sha256);
      expect(bodyOf(Buffer.from(encodeCompact(model))), name).toBe(bodyOf(file));
    }
  });
});

const python = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0);

describe.skipIf(python === undefined)('an independent reader in Python', () => {
  const script = fileURLToPath(new URL('../../python/decode_model.py', import.meta.url));
  const read = (file: string) => spawnSync(python!, ['-B', script, file], { encoding: 'utf8' });

  test('reads the same floats to the bit, and sees others', () => {
    const { status, stdout, stderr } = read(fileURLToPath(vectors));
    expect(stderr).toBe('');
    expect(stdout).toBe(`${cases.length} of ${cases.length} models read to the bit, 8 of 8 formats of places\n`);
    expect(status).toBe(0);
    const golden = readFileSync(vectors, 'utf8');
    const file = join(mkdtempSync(join(tmpdir(), 'fedsqueeze-python-')), 'other.json');
    writeFileSync(file, golden.replace(/"sha256": "[0-9a-f]{2}/, '"sha256": "zz'));
    expect(read(file)).toMatchObject({ status: 1, stdout: expect.stringContaining('float32: other floats') as string });
  });
});
