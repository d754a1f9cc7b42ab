import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import type { Network } from '../../models/network.js';
import type { BitWriter } from '../../util/bits.js';
import { CodedError } from '../../util/errors.js';

/*
 * What a `.fsc` file begins with:
 *
 *   0  'FSCM'       magic
 *   4  uint32 LE    format version
 *   8  uint32 LE    header length
 *  12  uint32 LE    CRC-32 of all that follows
 *  16  header       JSON { network, layoutId, quantized, pruned }, deflated
 */
const magic = Buffer.from('FSCM');
const formatVersion = 1;
const fixedBytes = 16;
/** Of the header as JSON: a list of thousands of layers. */
const mostHeaderBytes = 2 ** 20;

/** Layers as they are written; their options are checked where the network is compiled. */
const headerSchema = z.strictObject({
  network: z.strictObject({
    name: z.string(),
    input: z.array(z.number()),
    layers: z.array(
      z.looseObject({
        kind: z.string(),
        name: z.string().optional(),
        from: z.union([z.string(), z.array(z.string())]).optional(),
      }),
    ),
    classes: z.number(),
  }),
  layoutId: z.string(),
  quantized: z.boolean(),
  pruned: z.boolean(),
});

/** What a file says of its model before the numbers. */
export interface CompactHeader {
  readonly network: Network;
  readonly layoutId: string;
  /** Whether tensors or activations may have grids. */
  readonly quantized: boolean;
  /** Whether weights of tensors may have been pruned. */
  readonly pruned: boolean;
}

/** @throws CodedError `params/bad-file` */
export const refuse = (message: string, cause?: unknown): never => {
  throw new CodedError('params/bad-file', message, { cause });
};

export const writeHeader = ({ network, layoutId, quantized, pruned }: CompactHeader, writer: BitWriter): void => {
  const { name, input, layers, classes } = network;
  const json = JSON.stringify({ network: { name, input, layers, classes }, layoutId, quantized, pruned });
  const header = deflateRawSync(json, { level: 9 });
  writer.bytes(magic);
  writer.uint32(formatVersion);
  writer.uint32(header.length);
  writer.uint32(0);
  writer.bytes(header);
};

/** Puts the checksum into a file that is whole. */
export const seal = (file: Uint8Array): Uint8Array => {
  new DataView(file.buffer, file.byteOffset).setUint32(12, crc32(file.subarray(fixedBytes)), true);
  return file;
};

const readHeader = (deflated: Uint8Array): CompactHeader => {
  try {
    const text = inflateRawSync(deflated, { maxOutputLength: mostHeaderBytes }).toString();
    return headerSchema.parse(JSON.parse(text)) as unknown as CompactHeader;
  } catch (cause) {
    return refuse('The header does not describe a network.', cause);
  }
};

/** @throws CodedError `params/bad-file` */
export const openFile = (file: Uint8Array): { header: CompactHeader; body: Uint8Array } => {
  if (file.length < fixedBytes) return refuse(`A file of ${file.length} bytes is too short.`);
  if (!magic.equals(file.subarray(0, 4))) return refuse('This is no .fsc file.');
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const version = view.getUint32(4, true);
  if (version !== formatVersion) return refuse(`Format version ${version} is not known; ${formatVersion} is.`);
  const end = fixedBytes + view.getUint32(8, true);
  if (end > file.length) return refuse('The file is cut off.');
  if (crc32(file.subarray(fixedBytes)) !== view.getUint32(12, true)) {
    return refuse('The checksum is wrong: the file is damaged or cut off.');
  }
  return { header: readHeader(file.subarray(fixedBytes, end)), body: file.subarray(end) };
};
