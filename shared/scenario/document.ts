import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { CodedError } from '../util/errors.js';
import { show, type Path } from '../options/problem.js';

/** Limits of a scenario file: far above what a person writes, far below what would take seconds to read. */
export const documentLimits = { bytes: 256 * 1024, depth: 32, aliases: 100, values: 20_000 } as const;

/** A YAML text as plain data, with the places of its values. */
export interface LocatedDocument {
  /** Objects, arrays, strings, finite numbers, booleans and null. */
  readonly value: unknown;
  /** Whether the text itself holds the path. */
  has(path: Path): boolean;
  /** `FILE:LINE:COLUMN` of a key or value, or of the nearest enclosing one that the text holds. */
  where(path: Path, at: 'key' | 'value'): string;
}

class Reader {
  private values = 0;
  private aliases = 0;

  constructor(
    private readonly document: Document,
    private readonly fail: (message: string, hint: string, offset: number) => never,
  ) {}

  read(node: Node | null, depth: number): unknown {
    if (node === null) return null;
    const offset = node.range?.[0] ?? 0;
    if (depth > documentLimits.depth)
      this.fail('Too deeply nested.', `At most ${documentLimits.depth} levels.`, offset);
    if (++this.values > documentLimits.values) {
      this.fail('Too many values, counting what aliases repeat.', `At most ${documentLimits.values}.`, offset);
    }
    if (isAlias(node)) return this.readAlias(node, depth, offset);
    if (node.tag !== undefined)
      this.fail(`The tag ${show(node.tag)} is not allowed.`, 'Write the plain value.', offset);
    if (isScalar(node)) return this.readScalar(node.value, offset);
    if (isSeq(node)) return node.items.map((item) => this.read(item as Node | null, depth + 1));
    if (isMap(node)) return this.readMap(node.items as { key: Node | null; value: Node | null }[], depth, offset);
    return this.fail('This is no plain value.', 'Write a text, a number, a list or a group of keys.', offset);
  }

  private readAlias(node: Node, depth: number, offset: number): unknown {
    if (++this.aliases > documentLimits.aliases) {
      this.fail('Too many aliases.', `At most ${documentLimits.aliases}.`, offset);
    }
    const target = resolveAlias(this.document, node);
    if (target === null) this.fail('This alias names no anchor above it.', 'Write the value itself.', offset);
    return this.read(target, depth + 1);
  }

  private readScalar(value: unknown, offset: number): unknown {
    if (typeof value === 'number' && !Number.isFinite(value)) {
      this.fail(`${value} is not allowed.`, 'Write a finite number.', offset);
    }
    if (value !== null && !['string', 'number', 'boolean'].includes(typeof value)) {
      this.fail('This is no plain value.', 'Write a text, a number, true or false.', offset);
    }
    return value;
  }

  private readMap(pairs: { key: Node | null; value: Node | null }[], depth: number, mapOffset: number): object {
    const entries = new Map<string, unknown>();
    for (const { key, value } of pairs) {
      const offset = key?.range?.[0] ?? mapOffset;
      if (!isScalar(key) || typeof key.value !== 'string') {
        this.fail('A key must be a text.', 'Write it as a word, or in quotes.', offset);
      }
      const name = (key as { value: string }).value;
      if (name === '__proto__') this.fail("The key '__proto__' is not allowed.", 'Leave it out.', offset);
      if (entries.has(name)) {
        this.fail(`The key ${show(name)} stands twice in the same group.`, 'Keep one of the two.', offset);
      }
      entries.set(name, this.read(value, depth + 1));
    }
    return Object.fromEntries(entries);
  }
}

const resolveAlias = (document: Document, node: Node): Node | null =>
  isAlias(node) ? ((node.resolve(document) as Node | undefined) ?? null) : node;

/** Follows a path as far as the text goes. */
const find = (document: Document, path: Path, at: 'key' | 'value'): { offset: number; complete: boolean } => {
  let node = document.contents as Node | null;
  let offset = node?.range?.[0] ?? 0;
  for (const [i, step] of path.entries()) {
    const target: Node | null = node === null ? null : resolveAlias(document, node);
    if (isSeq(target) && typeof step === 'number' && step < target.items.length) {
      node = target.items[step] as Node | null;
    } else if (isMap(target)) {
      const pair = target.items.find(({ key }) => isScalar(key) && key.value === step);
      if (pair === undefined) return { offset, complete: false };
      const key = pair.key as Node;
      node = pair.value as Node | null;
      if (at === 'key' && i === path.length - 1) return { offset: key.range?.[0] ?? offset, complete: true };
      // An empty value stands where its key does, for a reader.
      if (node === null || (isScalar(node) && node.source === '')) offset = key.range?.[0] ?? offset;
    } else {
      return { offset, complete: false };
    }
    if (!(isScalar(node) && node.source === '')) offset = node?.range?.[0] ?? offset;
  }
  return { offset, complete: true };
};

/** What the `yaml` library calls an error, in our words where its own are for programmers. */
const syntaxMessages: Record<string, [message: string, hint: string]> = {
  TAB_AS_INDENT: ['A tab stands where spaces should.', 'Indent with spaces.'],
  MULTIPLE_DOCS: [
    'The file holds several documents.',
    "Keep one; put the others into files of their own, without '---'.",
  ],
  RESOURCE_EXHAUSTION: ['Too deeply nested.', `At most ${documentLimits.depth} levels.`],
};

/**
 * Reads one YAML 1.2 document into plain data.
 * @param file the name that messages show
 * @throws CodedError `scenario/not-yaml` with the line: wrong syntax, duplicate keys, tags, `.nan` and `.inf`, more
 *   nesting, aliases or values than {@link documentLimits}
 */
export const readDocument = (text: string, file: string): LocatedDocument => {
  const lines = new LineCounter();
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`;
  };
  const fail = (message: string, hint: string, offset: number, cause?: unknown): never => {
    throw new CodedError('scenario/not-yaml', message, { where: place(offset), hint, cause });
  };
  if (Buffer.byteLength(text) > documentLimits.bytes) {
    throw new CodedError('scenario/not-yaml', `The file has ${Buffer.byteLength(text)} bytes.`, {
      where: file,
      hint: `It may have at most ${documentLimits.bytes}.`,
    });
  }
  // uniqueKeys compares all pairs, which takes long in a hostile file; the reader below finds duplicates itself.
  const document = parseDocument(text, {
    version: '1.2',
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter: lines,
    logLevel: 'error',
  });
  const [error] = document.errors;
  if (error) {
    const [message, hint] = syntaxMessages[error.code] ?? [`This is not YAML: ${error.message}.`, 'Check the line.'];
    fail(message, hint, error.pos[0], error);
  }
  if (document.directives?.yaml.version !== '1.2') fail('The file asks for YAML 1.1.', 'Write YAML 1.2.', 0);
  const value = new Reader(document, fail).read(document.contents, 0);
  return {
    value,
    has: (path) => find(document, path, 'value').complete,
    where: (path, at) => place(find(document, path, at).offset),
  };
};
