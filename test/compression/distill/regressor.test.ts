import { expect, test } from 'vitest';
import { attentionMap } from '../../../shared/compression/distill/feature.js';
import { pairOf } from '../../../shared/compression/distill/layers.js';
import { narrowed } from '../../../shared/compression/distill/narrow.js';
import { withRegressor } from '../../../shared/compression/distill/regressor.js';
import { uncompressed } from '../../../shared/compression/model.js';
import { initialize } from '../../../shared/models/initialize.js';
import { convolutional, networkOf, openBench } from './problem.js';

const teacher = networkOf(convolutional);
const student = narrowed(teacher, 0.5);

test.each(['conv2d', 'dense'])(
  'a regressor on %s gives the teacher’s channels and leaves the logits alone',
  async (name) => {
    const bench = await openBench();
    const from = student.layers.find((layer) => layer.name === name);
    if (from === undefined) throw new Error(name);
    const { network, layer, extend } = withRegressor(student, from, 7);
    const own = uncompressed(student, initialize(student, 3));
    const floats = extend(own.parameters.floats, bench.random('test'));
    const extended = uncompressed(network, { ...own.parameters, layout: network.layout, floats });
    const indices = Int32Array.of(3, 1, 4);
    expect(await bench.predict(extended, indices)).toEqual(await bench.predict(own, indices));
    const values = await bench.predict(extended, indices, layer);
    expect(values.length).toBe(3 * from.outputShape.slice(0, -1).reduce((a, b) => a * b, 1) * 7);
    expect(values.some((value) => value !== 0)).toBe(true);
  },
);

test('pairs are the deepest layers that are alike', () => {
  const none = { teacherLayer: null, studentLayer: null };
  expect(pairOf(teacher, student, none, 'images').student.name).toBe('max_pooling2d');
  expect(pairOf(teacher, student, none, 'any').teacher.name).toBe('dense');
  const named = pairOf(teacher, student, { teacherLayer: 'conv2d', studentLayer: null }, 'any');
  expect([named.teacher.name, named.student.name]).toEqual(['conv2d', 'conv2d']);
});

test('an attention map has the norm 1, is large where the values are, and 0 without any', () => {
  const { size, map } = attentionMap([1, 3, 2]);
  const into = new Float32Array(size);
  map(Float32Array.of(3, 0, 0, -4, 0, 0), into);
  const norm = Math.hypot(9, 16);
  expect([...into]).toEqual([9 / norm, 16 / norm, 0].map(Math.fround));
  map(new Float32Array(6), into);
  expect([...into]).toEqual([0, 0, 0]);
});
