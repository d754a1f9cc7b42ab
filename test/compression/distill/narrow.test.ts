import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { narrowed } from '../../../shared/compression/distill/narrow.js';
import { studentNetwork } from '../../../shared/compression/distill/student.js';
import { uncompressed } from '../../../shared/compression/model.js';
import { models } from '../../../shared/models/catalogue/index.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import { zeroParameters } from '../../../shared/params/parameters.js';
import { refused } from '../../support/refusal.js';
import { convolutional, networkOf, openBench } from './problem.js';

const images = { inputShape: [28, 28, 1], classes: 10 };

/** Networks whose filters and units say how wide they are; in a text's network other options do so too. */
const scalable = models.all.filter(({ name }) => !['layers', 'chars', 'logistic', 'shufflenet'].includes(name));

describe.each(scalable.map((model) => [model.name, model] as const))('%s', (_name, model) => {
  const network = compileNetwork(model.build(images, model.options.parse({})));

  test('half as wide is a network for the same task with fewer parameters and FLOPs', () => {
    const narrow = narrowed(network, 0.5);
    expect(narrow.layout.floats).toBeLessThan(network.layout.floats);
    expect(narrow.flops).toBeLessThan(network.flops);
    expect(narrow.layers.at(-1)?.outputShape).toEqual([10]);
    expect(narrow.layers.map(({ name }) => name)).toEqual(network.layers.map(({ name }) => name));
  });
});

test('filters and units are the part that the width says, and never none', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 1, noNaN: true }), (width) => {
      const [conv, , , dense, last] = narrowed(networkOf(convolutional), width).layers;
      expect(conv.outputShape).toEqual([8, 8, Math.max(1, Math.round(8 * width))]);
      expect(dense.outputShape).toEqual([Math.max(1, Math.round(24 * width))]);
      expect(last.outputShape).toEqual([4]);
    }),
    { numRuns: 40 },
  );
});

test('a network whose widths follow from each other is refused, with what to do', async () => {
  const model = models.get('shufflenet');
  const network = compileNetwork(model.build(images, model.options.parse({})));
  const bench = await openBench();
  const teacher = uncompressed(network, zeroParameters(network.layout));
  const error = refused(() => studentNetwork({ student: null, width: 0.5 }, teacher, bench));
  expect(error.code).toBe('compression/impossible');
  expect(error.hint).toContain('Name a student');
});
