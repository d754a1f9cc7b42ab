/*
 * A writer of Protocol Buffers messages (protobuf.dev, "Encoding"): each function gives the bytes of one field, and a
 * message is its fields one after the other.
 */
const wireVarint = 0;
const wireBytes = 2;
const wireFixed32 = 5;

const encoder = new TextEncoder();

/** Base-128, least significant group first. @param value a whole number; negative ones become 64-bit two's complement */
const varint = (value: number): number[] => {
  let rest = BigInt.asUintN(64, BigInt(value));
  const groups: number[] = [];
  while (rest > 127n) {
    groups.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  groups.push(Number(rest));
  return groups;
};

const tag = (field: number, wireType: number): number[] => varint(field * 8 + wireType);

export const message = (...fields: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(fields.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const field of fields) {
    bytes.set(field, at);
    at += field.length;
  }
  return bytes;
};

export const integerField = (field: number, value: number): Uint8Array =>
  Uint8Array.from([...tag(field, wireVarint), ...varint(value)]);

export const floatField = (field: number, value: number): Uint8Array => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return message(Uint8Array.from(tag(field, wireFixed32)), bytes);
};

/** Also a nested message. */
export const bytesField = (field: number, bytes: Uint8Array): Uint8Array =>
  message(Uint8Array.from([...tag(field, wireBytes), ...varint(bytes.length)]), bytes);

export const textField = (field: number, text: string): Uint8Array => bytesField(field, encoder.encode(text));
