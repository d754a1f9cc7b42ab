import { createReadStream } from 'node:fs';
import { CodedError } from '../util/errors.js';
import { recordVersion, type RunRecord } from './records.js';

/** A record of a type that this version does not know. */
export interface OtherRecord {
  type: string;
  v: number;
  [name: string]: unknown;
}

/** What a `run.jsonl` holds. */
export interface RunLogContent {
  /** Records of known types, in the order of the file. */
  records: RunRecord[];
  /** Records of other types. */
  others: OtherRecord[];
  /** Bytes of a last line that was cut off, by a kill for example; 0 for a whole log. */
  cutBytes: number;
}

type Kind = 'number' | 'string' | 'object';

/** Fields that readers rely on; null passes for a number, since JSON has no NaN. */
const fields: Record<RunRecord['type'], Record<string, Kind>> = {
  start: { name: 'string', scenarioHash: 'string', seed: 'number', modelHash: 'string' },
  round: { round: 'number', selected: 'object', reported: 'object', uplink: 'object', downlink: 'object' },
  client: { round: 'number', client: 'number', samples: 'number', parts: 'object' },
  evaluation: { round: 'number', accuracy: 'number', samples: 'number', modelHash: 'string' },
  fault: { code: 'string', round: 'number' },
  resume: { round: 'number' },
  end: { exit: 'string', rounds: 'number' },
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isKind = (value: unknown, kind: Kind): boolean => {
  if (kind === 'object') return isObject(value);
  return typeof value === kind || (kind === 'number' && value === null);
};

const hasFields = (record: Record<string, unknown>, type: RunRecord['type']): boolean =>
  isObject(record.measured) && Object.entries(fields[type]).every(([name, kind]) => isKind(record[name], kind));

const badLine = (where: string, what: string, cause?: unknown): CodedError =>
  new CodedError('runlog/bad-line', `This line is no record of a run log: ${what}.`, {
    where,
    hint: 'Each line is one JSON object with type and v.',
    cause,
  });

/** @throws CodedError `runlog/bad-line`, `runlog/bad-version` */
const parseLine = (line: string, where: string): RunRecord | OtherRecord => {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw badLine(where, 'it is not JSON', cause);
  }
  if (!isObject(value) || typeof value.type !== 'string' || typeof value.v !== 'number') {
    throw badLine(where, 'type or v is missing');
  }
  if (value.v > recordVersion) {
    throw new CodedError('runlog/bad-version', `A record of version ${value.v}; this program reads ${recordVersion}.`, {
      where,
      hint: 'Use the version of fedsqueeze that wrote the run, or a newer one.',
    });
  }
  if (isKnown(value.type) && !hasFields(value, value.type))
    throw badLine(where, `fields of a ${value.type} are missing`);
  return value as unknown as RunRecord | OtherRecord;
};

const isKnown = (type: string): type is RunRecord['type'] => Object.hasOwn(fields, type);

const isJson = (line: string): boolean => {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
};

/**
 * Reads a run log, line by line, so that its size is no limit. A kill while a line is written leaves a part of it
 * at the end: that part is left out and its bytes are reported.
 * @throws CodedError `runlog/bad-line` with file and line for damage anywhere else, `runlog/bad-version`
 */
export const readRunLog = async (path: string): Promise<RunLogContent> => {
  const content: RunLogContent = { records: [], others: [], cutBytes: 0 };
  let number = 0;
  const add = (line: string): void => {
    number++;
    const record = parseLine(line, `${path}:${number}`);
    if (isKnown(record.type)) content.records.push(record as RunRecord);
    else content.others.push(record as OtherRecord);
  };
  let rest = '';
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop()!;
    for (const line of lines) add(line);
  }
  // A whole last line only lacks its line break.
  if (isJson(rest)) add(rest);
  else content.cutBytes = Buffer.byteLength(rest);
  return content;
};
