import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCodec } from '../../../shared/codec/pipeline.js';
import { qat } from '../../../shared/compression/during/qat.js';
import { initialModel } from '../../../shared/method/chain.js';
import { loadModel } from '../../../shared/models/load.js';
import { subLayout } from '../../../shared/params/layout.js';
import { stepFactors, trainedStep } from '../../../shared/params/trained-step.js';
import { prepareMethod } from '../../../shared/scenario/prepare.js';
import { largestDifference } from '../../conformance/compare.js';
import { contextOf } from '../../codec/vectors.js';
import { refused } from '../../support/refusal.js';
import { withLines } from '../../scenario/helpers.js';

const dataset = { inputShape: [28, 28, 1], classes: 10, scale: 1 / 255 } as Parameters<typeof loadModel>[1];
const network = loadModel({ lenet5: {} }, dataset);
const model = initialModel(network, 3, null, true);
const { layout } = network;

const kept = (bits: number, of = model) => qat.create({ weightBits: bits }).deployed!(network, of);

describe('the step of trained grids', () => {
  test('is the least of the largest weight’s and the mean one’s', () => {
    const values = Float32Array.of(0, 1, -1, 0, 4);
    expect(trainedStep(values, 8)).toBeCloseTo(4 / 127, 6);
    expect(trainedStep(values, 2)).toBe(4);
    expect(trainedStep(Float32Array.of(0, 1, -1, 0, 40, 0.5, 0.5), 2)).toBeCloseTo((2 * 43) / 5, 5);
    expect(trainedStep(new Float32Array(3), 4)).toBe(0);
    expect(stepFactors(4)).toEqual({ most: 7, largest: 1 / 7, mean: 2 / Math.sqrt(7) });
  });

  test('never leaves the largest weight more than a step from its level where the mean is not what counts', () => {
    // Below the normal float32 numbers a step is rounded by more than a part of itself.
    const vector = fc
      .float32Array({ minLength: 1, noNaN: true, min: -8, max: 8 })
      .map((values) => values.map((value) => (Math.abs(value) < 1e-30 ? 0 : value)));
    fc.assert(
      fc.property(vector, fc.integer({ min: 2, max: 8 }), (values, bits) => {
        const step = trainedStep(values, bits);
        const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        expect(step * stepFactors(bits).most).toBeLessThanOrEqual(largest * (1 + 1e-6));
      }),
    );
  });
});

describe('qat in a federation', () => {
  test.each([2, 4, 8])('%i bits: kernels have so many levels, what is on the grid stays, biases are kept', (bits) => {
    const once = kept(bits);
    for (const { name, offset, size } of layout.tensors) {
      const values = once.floats.subarray(offset, offset + size);
      if (name.endsWith('kernel')) expect(new Set(values).size).toBeLessThanOrEqual(2 ** bits - 1);
      else expect(values).toEqual(model.floats.subarray(offset, offset + size));
    }
    expect(largestDifference(kept(bits, once).floats, once.floats)).toBeLessThan(1e-6);
  });

  test.each([2, 3, 4, 8])(
    '%i bits: a model that travels with trained scales arrives on the grid that training sees',
    (bits) => {
      const weights = subLayout(layout, ['weight']);
      const coding = {
        errorFeedback: false,
        scope: 'tensor',
        stages: [{ quantize: { bits, scale: 'trained' } }],
      } as const;
      const codec = createCodec(coding);
      const context = { ...contextOf(1), layout: weights };
      const { payload } = codec.encode(model.floats, context, {});
      const arrived = codec.decode(payload, context) as Float32Array;
      const grids = kept(bits);
      for (const { name, offset, size } of layout.tensors) {
        if (!name.endsWith('kernel')) continue;
        const part = (of: Float32Array): Float32Array => of.subarray(offset, offset + size);
        expect(largestDifference(part(arrived), part(grids.floats)), name).toBeLessThan(1e-6);
      }
      expect(largestDifference(kept(bits, { ...model, floats: arrived }).floats, arrived)).toBeLessThan(1e-6);
      // A header, and for each tensor a scale.
      expect(payload.length).toBeLessThan((bits * layout.floats) / 8 + 200);
    },
  );

  test('a scenario’s clients train with it, and what is evaluated is on the grid', () => {
    const { scenario } = withLines('modelCompression: { during: [{ qat: { weightBits: 3, activationBits: 6 } }] }\n');
    const prepared = prepareMethod(scenario, loadModel(scenario.model, dataset));
    const { training, weights } = prepared.parameterization;
    expect(training).toMatchObject({ fakeQuantization: { weightBits: 3, activationBits: 6 } });
    const begun = initialModel(prepared.network, 3, null, true);
    const { offset, size } = prepared.network.layout.tensors[0];
    const seen = weights(begun, 1, {}).floats.subarray(offset, offset + size);
    expect(new Set(seen).size).toBeLessThanOrEqual(7);
  });

  test('bits outside 2 to 8 are refused, in the scenario and in the stage', () => {
    for (const weightBits of [1, 9]) expect(refused(() => qat.create({ weightBits })).code).toBe('argument/invalid');
    const coding = {
      errorFeedback: false,
      scope: 'tensor',
      stages: [{ quantize: { bits: 9, scale: 'trained' } }],
    } as const;
    expect(refused(() => createCodec(coding)).message).toContain('2 to 8 bits');
  });
});
