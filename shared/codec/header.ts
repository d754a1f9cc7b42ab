import { createHash } from 'node:crypto';
import type { Layout } from '../params/layout.js';
import type { BitReader } from '../util/bits.js';
import type { Choice } from '../util/registry.js';
import { malformed } from './streams/malformed.js';

/** Version of the payload format. */
export const payloadVersion = 1;

const tensorScope = 0x80;

/** Sorts keys at every depth, so that equal options give equal text. */
const canonical = (value: unknown): unknown => {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(canonical);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, canonical(inner)]));
};

/**
 * The first bytes of every payload of a codec and layout: version, the layout id's first four bytes, the number of
 * stages (plus 128 where each tensor is coded by itself), their codes, and four bytes of the SHA-256 of the stages
 * with their options as JSON with sorted keys.
 */
export const makeHeader = (
  layout: Layout,
  scope: 'model' | 'tensor',
  stageCodes: readonly number[],
  choices: readonly Choice[],
): Uint8Array => {
  const fingerprint = createHash('sha256')
    .update(JSON.stringify(canonical(choices)))
    .digest();
  return Uint8Array.from([
    payloadVersion,
    ...Buffer.from(layout.id.slice(0, 8), 'hex'),
    stageCodes.length + (scope === 'tensor' ? tensorScope : 0),
    ...stageCodes,
    ...fingerprint.subarray(0, 4),
  ]);
};

/** @throws CodedError `codec/truncated`, `codec/bad-version`, `codec/wrong-layout`, `codec/wrong-stages` */
export const checkHeader = (reader: BitReader, expected: Uint8Array): void => {
  const version = reader.uint8();
  if (version !== payloadVersion) malformed('codec/bad-version', `Format version ${version}, not ${payloadVersion}.`);
  for (let i = 1; i < expected.length; i++) {
    if (reader.uint8() === expected[i]) continue;
    if (i <= 4) malformed('codec/wrong-layout', 'The payload is of another layout than the one in use.');
    malformed('codec/wrong-stages', 'The payload was made by other stages or options than the ones in use.');
  }
};
