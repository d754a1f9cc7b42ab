import type { ExitCode } from './errors.js';

interface CodeEntry {
  exit: ExitCode;
  meaning: string;
}

const input = (meaning: string): CodeEntry => ({ exit: 2, meaning });
const failure = (meaning: string): CodeEntry => ({ exit: 1, meaning });

/**
 * Every error and fault code, with what it means; `docs/errors.md` is generated from this table. Codes are
 * `area/what` and never change their meaning.
 */
export const codes = {
  // Arguments of library calls and of the command line.
  'argument/invalid': input('an argument has a wrong type or is outside its range'),
  'argument/unknown-name': input('a name that no registry knows'),

  // Parameters and their files.
  'params/layout-mismatch': failure('parameters, a payload or a state of another layout than the one in use'),
  'params/bad-file': input('a parameter file is truncated, of another format or damaged'),

  // Models and training engines.
  'model/unknown-layer': input('a layer list names a layer kind that does not exist'),
  'model/bad-layer': input('a layer has an impossible size, name or activation'),
  'model/bad-shape': input('the shapes of a layer list do not fit each other or the data'),
  'engine/unavailable': input('the training engine asked for cannot be loaded on this machine'),
  'engine/bad-label': input('an example has a label outside the classes of the network'),
  'engine/diverged': failure('the loss or the parameters became NaN or infinite in local training'),

  // Wire: frames and messages from a peer.
  'wire/bad-magic': failure('a frame does not begin with the magic bytes'),
  'wire/bad-version': failure('a frame of another protocol version'),
  'wire/bad-type': failure('a frame of a type that is unknown, or not expected in this state'),
  'wire/bad-length': failure('a frame is shorter or longer than its lengths say'),
  'wire/bad-header': failure('a frame header is not plain MessagePack within its limits'),
  'wire/bad-field': failure('a header field is missing, of a wrong type or outside its range'),
  'wire/too-large': failure('a message exceeds the size limit derived from the model'),
  'wire/unauthorized': failure('a connection without the token of the run'),
  'wire/mismatch': failure('a host whose version, data or engine differ from the coordinator’s'),
} satisfies Record<string, CodeEntry>;

export type ErrorCode = keyof typeof codes;
