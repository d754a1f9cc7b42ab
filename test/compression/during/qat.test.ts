import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCodec } from '../../../shared/codec/pipeline.js';
import { qat } from '../../../shared/compression/during/qat.js';
import { firstStep, stepTensor } from '../../../shared/engine/learned-steps.js';
import { mean } from '../../../shared/method/aggregate/mean.js';
import { initialModel } from '../../../shared/method/chain.js';
import { loadModel } from '../../../shared/models/load.js';
import { subLayout } from '../../../shared/params/layout.js';
import { tensorFloats } from '../../../shared/params/parameters.js';
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

  test('learned steps are parameters that travel exactly, and the grids of what is kept', () => {
    const { scenario } = withLines('modelCompression: { during: [{ qat: { weightBits: 2, step: learned } }] }\n');
    const evaluated = loadModel(scenario.model, dataset);
    const prepared = prepareMethod(scenario, evaluated);
    const { parts, parameterization } = prepared;
    for (const specs of [parts.up, parts.down]) {
      expect(specs.map(({ name, coding }) => [name, coding])).toEqual([
        ['delta', 'codec'],
        ['steps', 'exact'],
      ]);
      expect(specs[0].layout.floats).toBe(evaluated.layout.floats);
    }
    const begun = initialModel(prepared.network, 3, null);
    const plain = initialModel(evaluated, 3, null);
    expect(begun.floats.subarray(0, plain.floats.length)).toEqual(plain.floats);
    const [kernel] = evaluated.layout.tensors;
    const step = tensorFloats(begun.layout, begun.floats, stepTensor(kernel.name));
    expect(step[0]).toBe(firstStep(tensorFloats(plain.layout, plain.floats, kernel.name), 2));
    step[0] = 0.25;
    const kept = parameterization.weights(begun, 1, {});
    expect(kept.layout.id).toBe(evaluated.layout.id);
    const values = new Set(tensorFloats(kept.layout, kept.floats, kernel.name));
    expect([...values].every((value) => [-0.25, 0, 0.25].includes(value))).toBe(true);
  });

  test('the mean of learned steps is theirs alone, weighted by samples', () => {
    const { scenario } = withLines('modelCompression: { during: [{ qat: { weightBits: 2, step: learned } }] }\n');
    const { method, network: learnt } = prepareMethod(scenario, loadModel(scenario.model, dataset));
    const before = initialModel(learnt, 3, null);
    const server = method.serverRound({ model: before, aggregation: mean.create({}), state: {}, seed: 1, round: 1 });
    const steps = learnt.layout.tensors.filter(({ role }) => role === 'step').length;
    for (const [client, samples] of [
      [0, 1],
      [1, 3],
    ]) {
      server.fold({
        client,
        samples,
        fold: (part, weight, into) => {
          if (part === 'steps') for (let i = 0; i < into.length; i++) into[i] += weight * (i + client);
        },
        integers: () => new BigInt64Array(0),
      });
    }
    const { exact } = server.finish()!;
    expect(exact['steps']).toEqual(Float32Array.from({ length: steps }, (_, i) => i + 0.75));
  });

  test('learned steps beside a method that learns something else are refused', () => {
    const { scenario } = withLines('modelCompression: { during: [{ qat: { weightBits: 2, step: learned } }] }\n');
    const masks = { ...scenario, method: { fedpm: {} } };
    const error = refused(() => prepareMethod(masks, loadModel(scenario.model, dataset)));
    expect(error.code).toBe('compression/impossible');
    expect(error.hint).toContain('step: measured');
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
