import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bankNetwork } from '../../../shared/compression/distill/frozen-teacher.js';
import { classSimilarity, drawAnswers } from '../../../shared/compression/distill/impressions.js';
import { withShifts } from '../../../shared/compression/distill/shifted.js';
import { synthesize } from '../../../shared/compression/distill/synthesize.js';
import { uncompressed, type CompressedModel } from '../../../shared/compression/model.js';
import { sgd } from '../../../shared/engine/engine.js';
import { openOnnxEngine } from '../../../shared/engine/onnx/engine.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import { RandomStream } from '../../../shared/util/random.js';
import { makeParameters } from '../../conformance/inputs.js';
import { refused } from '../../support/refusal.js';
import { convolutional, networkOf, normalized, openBench, trained } from './problem.js';

const some = (layers: typeof convolutional): CompressedModel => {
  const network = networkOf(layers);
  return uncompressed(network, {
    layout: network.layout,
    floats: makeParameters(network),
    counters: new BigInt64Array(),
  });
};

describe.each([
  ['convolutions', convolutional],
  ['normalization and dropout', normalized],
])('a teacher of %s on a bank of images', (_title, layers) => {
  const teacher = some(layers);
  const images = 4;
  const { network, images: bank, parameters } = bankNetwork(teacher, images, 'any');
  const stream = new RandomStream({ seed: 2, purpose: 'bank' });
  const values = Float32Array.from({ length: bank.size }, () => stream.uniform());
  const floats = parameters.floats.slice();
  floats.set(values, bank.offset);

  test('answers as the teacher does to the same images', async () => {
    const engine = await openOnnxEngine('plain');
    const run = async (of: typeof network, inputs: Float32Array, own: Float32Array): Promise<Float32Array> => {
      const data = await engine.load({ count: images, inputs, labels: new Uint8Array(images) }, of.network.input);
      const trainer = await engine.compile({ network: of, batchSize: images, optimizer: sgd, scale: 1 });
      const logits = await trainer.predict(data, own, Int32Array.of(0, 1, 2, 3));
      await trainer.dispose();
      return logits;
    };
    const expected = await run(teacher.network, values, teacher.parameters.floats);
    const found = await run(network, Float32Array.of(0, 1, 2, 3), floats);
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 4);
  });

  test('a step of training moves the images alone', async () => {
    const engine = await openOnnxEngine('plain');
    const data = await engine.load(
      { count: images, inputs: Float32Array.of(0, 1, 2, 3), labels: new Uint8Array(images) },
      [1],
    );
    const trainer = await engine.compile({ network, batchSize: images, optimizer: sgd, scale: 1 });
    const { parameters: after } = await trainer.train(data, {
      parameters: floats,
      indices: Int32Array.of(0, 1, 2, 3),
      weights: new Float32Array(4).fill(0.25),
      steps: 1,
      learningRate: 1,
    });
    await trainer.dispose();
    const movedOutside = after.some((value, i) => {
      const isBank = i >= bank.offset && i < bank.offset + bank.size;
      return !isBank && value !== floats[i];
    });
    expect(movedOutside).toBe(false);
    expect(after.subarray(bank.offset, bank.offset + bank.size)).not.toEqual(values);
  });
});

test('made images get the answers that were asked for, and lie between 0 and 1', async () => {
  const bench = await openBench();
  for (const layers of [convolutional, normalized]) {
    const teacher = await trained(layers, bench);
    const options = { images: 100, iterations: 60, temperature: 2, statistics: 1 };
    const { count, inputs, labels } = await synthesize(teacher, bench, options);
    expect(count).toBe(100);
    expect(inputs.every((value) => value >= 0 && value <= 1)).toBe(true);
    const data = await bench.engine.load({ count, inputs, labels }, [8, 8, 1]);
    const spec = { network: teacher.network, batchSize: 1, optimizer: sgd, scale: 1 };
    const trainer = await bench.engine.compile(spec);
    const { correct } = await trainer.evaluate(data, teacher.parameters.floats);
    await trainer.dispose();
    expect(correct).toBeGreaterThan(90);
  }
});

test('a teacher of texts is refused', () => {
  const network = compileNetwork({
    name: 'text',
    input: [3],
    layers: [{ kind: 'embedding', inputDim: 5, outputDim: 2 }, { kind: 'lastPosition' }, { kind: 'dense', units: 3 }],
    classes: 3,
  });
  const floats = makeParameters(network);
  const teacher = uncompressed(network, { layout: network.layout, floats, counters: new BigInt64Array() });
  const error = refused(() => bankNetwork(teacher, 2, 'any'));
  expect(error.code).toBe('compression/impossible');
  expect(error.message).toContain("'embedding'");
});

test('classes are as near as the weights of their logits, each nearest to itself', () => {
  const similarity = classSimilarity(some(convolutional));
  for (const [k, row] of similarity.entries()) {
    expect(row[k]).toBeCloseTo(1, 9);
    expect(Math.min(...row)).toBe(0);
    expect(row.every((value) => value <= 1)).toBe(true);
  }
});

test('drawn answers are shares of the classes, most for the class whose turn it is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 6 }), fc.nat(), (classes, seed) => {
      const similarity = Array.from({ length: classes }, (_, k) =>
        Array.from({ length: classes }, (_, j) => (j === k ? 1 : 0.1)),
      );
      const stream = new RandomStream({ seed, purpose: 'answers' });
      const answers = drawAnswers(similarity, 200, stream);
      const mine = new Float64Array(classes);
      for (let i = 0; i < 200; i++) {
        const row = answers.subarray(i * classes, (i + 1) * classes);
        expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
        mine[i % classes] += (row[i % classes] * classes) / 200;
      }
      // The expected share is 1 / (1 + 0.1 · (classes − 1)), at least 2/3.
      expect(mine.reduce((a, b) => a + b) / classes).toBeGreaterThan(0.5);
    }),
    { numRuns: 20 },
  );
});

test('shifted copies: the image itself, then the same moved, the edge going on', () => {
  const inputs = Float32Array.from({ length: 2 * 16 }, (_, i) => i);
  const examples = { count: 2, inputs, labels: Uint8Array.of(1, 0) };
  const stream = new RandomStream({ seed: 1, purpose: 'shifts' });
  const { count, inputs: all, labels } = withShifts(examples, [4, 4, 1], { copies: 2, most: 1 }, stream);
  expect(count).toBe(6);
  expect([...labels]).toEqual([1, 1, 1, 0, 0, 0]);
  expect(all.subarray(0, 16)).toEqual(inputs.subarray(0, 16));
  for (let copy = 0; copy < 6; copy++) {
    const image = [...all.subarray(copy * 16, (copy + 1) * 16)];
    const base = copy < 3 ? 0 : 16;
    // The middle of the image is always there, by at most one place from its own.
    const [y, x] = [1, 1];
    const value = image[y * 4 + x] - base;
    expect(Math.abs(Math.floor(value / 4) - y)).toBeLessThanOrEqual(1);
    expect(Math.abs((value % 4) - x)).toBeLessThanOrEqual(1);
  }
});
