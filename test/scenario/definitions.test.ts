import { expect, test } from 'vitest';
import { withDefinitions } from '../../shared/scenario/definitions.js';

const long = { type: 'string', description: 'a'.repeat(200) };
const longer = { type: 'array', items: long, description: 'b'.repeat(200) };

test('what is short or stands once stays where it is', () => {
  const schema = { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' }, c: longer } };
  expect(withDefinitions(schema)).toEqual(schema);
});

test('what is long and stands in two places is defined once', () => {
  expect(withDefinitions({ anyOf: [longer, { type: 'object', properties: { list: longer, item: long } }] })).toEqual({
    anyOf: [
      { $ref: '#/definitions/part1' },
      { type: 'object', properties: { list: { $ref: '#/definitions/part1' }, item: { $ref: '#/definitions/part2' } } },
    ],
    definitions: {
      part1: { type: 'array', items: { $ref: '#/definitions/part2' }, description: longer.description },
      part2: long,
    },
  });
});

test('what repeats only inside of a repeated part is not defined by itself', () => {
  const { definitions } = withDefinitions({ anyOf: [longer, longer] });
  expect(definitions).toEqual({ part1: longer });
});
