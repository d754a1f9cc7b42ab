import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { describe, expect, test } from 'vitest';
import { documentLimits, readDocument } from '../../shared/scenario/document.js';
import { CodedError } from '../../shared/util/errors.js';
import { cpuMilliseconds } from '../support/cpu-time.js';
import { refusal } from './helpers.js';

const read = (text: string): unknown => readDocument(text, 'a.yaml').value;

describe('a document', () => {
  test('plain values come back as they were written', () => {
    const json = fc.jsonValue({ maxDepth: 4 }).filter((value) => !JSON.stringify(value).includes('__proto__'));
    fc.assert(
      fc.property(json, (value) => {
        // As JSON, which has no −0.
        expect(JSON.stringify(read(stringify(value)))).toBe(JSON.stringify(value));
      }),
    );
  });

  test('any text is read or refused with a code', () => {
    const words = fc.constantFrom(
      'a',
      ': ',
      '- ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      ',',
      '&a ',
      '*a',
      '!!str ',
      '|',
      '"',
      '\t',
      '#',
      '? ',
      '---\n',
      '%YAML 1.1\n',
      '<<',
      '.nan',
      '1e999',
      '\u0000',
      '\ud800',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 40 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (input) => {
        try {
          read(input);
        } catch (error) {
          expect(error).toBeInstanceOf(CodedError);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('places are those of keys and values', () => {
    const document = readDocument('a:\n  b: [1, 22]\n  c:\nd: &x { e: 1 }\nf: *x\n', 'a.yaml');
    expect(document.where(['a', 'b'], 'key')).toBe('a.yaml:2:3');
    expect(document.where(['a', 'b'], 'value')).toBe('a.yaml:2:6');
    expect(document.where(['a', 'b', 1], 'value')).toBe('a.yaml:2:10');
    expect(document.where(['a', 'b', 7], 'value')).toBe('a.yaml:2:6');
    expect(document.where(['a', 'c'], 'value')).toBe('a.yaml:3:3');
    expect(document.where(['f', 'e'], 'value')).toBe('a.yaml:4:12');
    expect(document.has(['a', 'b', 1])).toBe(true);
    expect(document.has(['a', 'z'])).toBe(false);
  });

  test.each([
    ['.nan', 'a: 1\nb: .nan', 'a.yaml:2:4', 'NaN'],
    ['.inf', 'a: [1, -.inf]', 'a.yaml:1:8', '-Infinity'],
    ['a number past all range', 'a: 1e999', 'a.yaml:1:4', 'Infinity'],
    ['a key twice', 'a: 1\nb: 2\na: 3', 'a.yaml:3:1', '"a" stands twice'],
    ['a key twice in a flow map', 'x: {a: 1, a: 2}', 'a.yaml:1:11', '"a" stands twice'],
    ['a tab', 'a:\n\tb: 1', 'a.yaml:2:1', 'Indent with spaces'],
    ['two documents', 'a: 1\n---\nb: 2', 'a.yaml:2:1', 'several documents'],
    ['YAML 1.1', '%YAML 1.1\n---\na: yes', 'a.yaml:1:1', 'Write YAML 1.2'],
    ['a tag', 'a: !!binary AAAA', 'a.yaml:1:13', 'tag'],
    ['an unknown tag', 'a: !js/function x', 'a.yaml:1:17', 'tag'],
    ['a prototype key', 'a:\n  __proto__: { b: 1 }', 'a.yaml:2:3', '__proto__'],
    ['a number as key', '1: a', 'a.yaml:1:1', 'A key must be a text'],
    ['a list as key', '? [a]\n: 1', 'a.yaml:1:3', 'A key must be a text'],
    ['an alias of nothing', 'a: *b', 'a.yaml:1:4', 'names no anchor'],
    ['an alias of itself', 'a: &x [*x]', 'a.yaml:1:', 'deeply nested'],
    ['an open quote', 'a: "b', 'a.yaml:1:', 'not YAML'],
  ])('%s is refused with its line', (_, text, place, words) => {
    const message = refusal(() => read(text));
    expect(message).toContain(`${place}`);
    expect(message).toContain(words);
    expect(message).toMatch(/\[scenario\/not-yaml\]$/);
  });

  test('an alias bomb is refused with its line, before it unfolds', () => {
    const lines = ['l0: &l0 [x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 10; i++)
      lines.push(
        `l${i}: &l${i} [${Array(9)
          .fill(`*l${i - 1}`)
          .join(', ')}]`,
      );
    const started = cpuMilliseconds();
    expect(refusal(() => read(lines.join('\n')))).toMatch(/^a\.yaml:\d+:\d+: Too many (aliases|values)/);
    expect(cpuMilliseconds() - started).toBeLessThan(1000);
  });

  test('a hundred aliases are read, more are refused', () => {
    const aliases = (count: number): string => `a: &x 1\nb: [${Array(count).fill('*x').join(', ')}]`;
    expect(read(aliases(documentLimits.aliases))).toEqual({ a: 1, b: Array(documentLimits.aliases).fill(1) });
    expect(refusal(() => read(aliases(documentLimits.aliases + 1)))).toContain('Too many aliases. At most 100.');
  });

  test.each([
    ['lists', '['.repeat(100_000)],
    ['maps', '{a: '.repeat(50_000)],
    ['closed lists', `${'['.repeat(500)}${']'.repeat(500)}`],
    ['indented lists', '- '.repeat(5000)],
  ])('deeply nested %s are refused', (_, text) => {
    expect(refusal(() => read(text))).toContain('[scenario/not-yaml]');
  });

  test('a huge text is refused by its size, a long one with too many values by their count', () => {
    expect(refusal(() => read(`# ${'x'.repeat(documentLimits.bytes)}`))).toContain(`at most ${documentLimits.bytes}`);
    const many = Array.from({ length: documentLimits.values }, (_, i) => `a${i}:`).join('\n');
    expect(refusal(() => read(many))).toContain('Too many values');
  });
});
