import { compileNetwork } from '../../models/compile.js';
import type { CompiledNetwork } from '../../models/network.js';
import type { PlacedTensor } from '../../params/layout.js';
import { BitReader, BitWriter } from '../../util/bits.js';
import { CodedError } from '../../util/errors.js';
import type { CompressedModel, Grid } from '../model.js';
import { openFile, refuse, seal, writeHeader, type CompactHeader } from './compact-header.js';
import { readGrid, writeGrid } from './grid-record.js';
import { readTensor, writeTensor, type TensorStorage } from './tensor-record.js';

/*
 * The `.fsc` format, a compressed model that needs nothing beside it (docs/model-file.md). After the header:
 *
 *      tensors      of floats, in the layout's order: tensor-record.ts
 *      counters     int64 LE
 *      activations  how many grids, a varint; for each the number of its layer, 0 for the input, a varint, and the grid
 */

/** Numbers that a file may stand for: zeros take no bytes, so without a limit a few bytes could fill the memory. */
const mostNumbers = (fileBytes: number): number => 2 ** 24 + 1024 * fileBytes;

/** A model as a file, and how much of it each tensor takes. */
export interface StoredModel {
  readonly bytes: Uint8Array;
  /** By the tensor's name. */
  readonly tensors: ReadonlyMap<string, TensorStorage>;
}

const hasPruned = ({ mask }: CompressedModel, { offset, size }: PlacedTensor): boolean =>
  mask !== null && mask.subarray(offset, offset + size).includes(0);

const layerNumbers = ({ layers }: CompiledNetwork): string[] => ['input', ...layers.map(({ name }) => name)];

const writeCounters = (counters: BigInt64Array, writer: BitWriter): void => {
  for (const counter of counters) {
    writer.uint32(Number(BigInt.asUintN(32, counter)));
    writer.uint32(Number(BigInt.asUintN(32, counter >> 32n)));
  }
};

const writeActivations = ({ network, quantization }: CompressedModel, writer: BitWriter): void => {
  const grids = quantization?.activations ?? new Map<string, Grid>();
  writer.varint(grids.size);
  const names = layerNumbers(network);
  for (const [layer, grid] of grids) {
    const number = names.indexOf(layer);
    if (number < 0) throw new Error(`The network has no layer '${layer}', whose activations have a grid.`);
    writer.varint(number);
    writeGrid(grid, writer);
  }
};

const checkNumbers = ({ network, layout: { floats, counters } }: CompiledNetwork, fileBytes: number): void => {
  if (floats + counters <= mostNumbers(fileBytes)) return;
  throw new CodedError('compression/impossible', `Of the model's ${floats + counters} numbers nearly all are 0.`, {
    where: `network '${network.name}'`,
    hint: `A file of ${fileBytes} bytes may stand for ${mostNumbers(fileBytes)}.`,
  });
};

/**
 * Stores a model in the fewest bytes of the formats that there are, each tensor in the one that is smallest by count. What
 * is read again is the same to the bit, but for −0, which becomes 0; of a mask, pruned is what is 0 in a tensor that was
 * pruned.
 * @throws CodedError `compression/impossible` for more zeros than a reader takes
 */
export const storeModel = (model: CompressedModel): StoredModel => {
  const { network, parameters, quantization, mask } = model;
  const { layout } = network;
  const writer = new BitWriter(parameters.floats.length);
  writeHeader(
    { network: network.network, layoutId: layout.id, quantized: quantization !== null, pruned: mask !== null },
    writer,
  );
  const tensors = new Map<string, TensorStorage>();
  for (const tensor of layout.tensors) {
    if (tensor.role === 'counter') continue;
    const numbers = parameters.floats.subarray(tensor.offset, tensor.offset + tensor.size);
    const grid = quantization?.weights.get(tensor.name) ?? null;
    tensors.set(tensor.name, writeTensor(numbers, tensor, { grid, pruned: hasPruned(model, tensor) }, writer));
  }
  writeCounters(parameters.counters, writer);
  writeActivations(model, writer);
  const bytes = seal(writer.finish());
  checkNumbers(network, bytes.length);
  return { bytes, tensors };
};

/** A model as a compact file. @throws CodedError `compression/impossible` */
export const encodeCompact = (model: CompressedModel): Uint8Array => storeModel(model).bytes;

const readCounters = (reader: BitReader, count: number): BigInt64Array => {
  const counters = new BigInt64Array(count);
  for (let i = 0; i < count; i++) {
    const low = BigInt(reader.uint32());
    counters[i] = BigInt.asIntN(64, low | (BigInt(reader.uint32()) << 32n));
  }
  return counters;
};

const readActivations = (reader: BitReader, network: CompiledNetwork): Map<string, Grid> => {
  const names = layerNumbers(network);
  const count = reader.varint();
  if (count > names.length) return refuse(`${count} grids for ${names.length} layers.`);
  const grids = new Map<string, Grid>();
  for (let i = 0; i < count; i++) {
    const number = reader.varint();
    if (number >= names.length) return refuse(`A grid for the layer number ${number} of ${names.length}.`);
    grids.set(names[number], readGrid(reader, [1]));
  }
  return grids;
};

const readBody = (reader: BitReader, network: CompiledNetwork, header: CompactHeader): CompressedModel => {
  const { quantized, pruned } = header;
  const { layout } = network;
  const floats = new Float32Array(layout.floats);
  const mask = pruned ? new Float32Array(layout.floats).fill(1) : null;
  const weights = new Map<string, Grid>();
  for (const tensor of layout.tensors) {
    if (tensor.role === 'counter') continue;
    const numbers = floats.subarray(tensor.offset, tensor.offset + tensor.size);
    const read = readTensor(reader, tensor, numbers);
    if ((read.pruned && mask === null) || (read.grid !== null && !quantized)) {
      return refuse(`The tensor '${tensor.name}' contradicts the header.`);
    }
    if (read.grid !== null) weights.set(tensor.name, read.grid);
    if (!read.pruned) continue;
    for (let i = 0; i < numbers.length; i++) if (numbers[i] === 0) mask![tensor.offset + i] = 0;
  }
  const counters = readCounters(reader, layout.counters);
  const activations = readActivations(reader, network);
  if (activations.size > 0 && !quantized) return refuse('Grids of activations contradict the header.');
  reader.end();
  return {
    network,
    parameters: { layout, floats, counters },
    mask,
    quantization: quantized ? { weights, activations } : null,
  };
};

const decode = (file: Uint8Array): CompressedModel => {
  const { header, body } = openFile(file);
  const network = compileNetwork(header.network);
  const { id, floats, counters } = network.layout;
  if (id !== header.layoutId) refuse(`The network has the layout ${id}, but the file was made with another.`);
  if (floats + counters > mostNumbers(file.length)) refuse(`${floats + counters} numbers in ${file.length} bytes.`);
  return readBody(new BitReader(body), network, header);
};

/**
 * Opens a compact model file; the model's network is in it.
 * @param what names the file in errors
 * @throws CodedError `params/bad-file`
 */
export const decodeCompact = (file: Uint8Array, what: string): CompressedModel => {
  try {
    return decode(file);
  } catch (cause) {
    if (!(cause instanceof CodedError)) throw cause;
    throw new CodedError('params/bad-file', cause.message, {
      where: what,
      hint: 'It must be a model.fsc as `fedsqueeze compress` writes it.',
      cause,
    });
  }
};
