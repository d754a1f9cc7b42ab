import { beforeAll, describe, expect, test } from 'vitest';
import { uncompressed } from '../../../shared/compression/model.js';
import { foldNormalization } from '../../../shared/compression/quantize/fold-normalization.js';
import type { Workbench } from '../../../shared/compression/workbench.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import { models } from '../../../shared/models/catalogue/index.js';
import type { Layer } from '../../../shared/models/network.js';
import { zeroParameters } from '../../../shared/params/parameters.js';
import { largestDifference } from '../../conformance/compare.js';
import { makeParameters } from '../../conformance/inputs.js';
import { classes, inputShape, networkOf, openBench } from './small-problem.js';

const layers: readonly Layer[] = [
  { kind: 'conv2d', filters: 4, kernelSize: 3, useBias: false },
  { kind: 'batchNormalization' },
  { kind: 'activation', activation: 'relu' },
  { kind: 'depthwiseConv2d', kernelSize: 3, depthMultiplier: 2, name: 'each' },
  { kind: 'batchNormalization', name: 'norm', epsilon: 0.1 },
  { kind: 'flatten' },
  { kind: 'dense', units: 6 },
  { kind: 'batchNormalization' },
  { kind: 'dense', units: classes },
];

/** Its sum is taken twice, so nothing may be folded into it. */
const shared: readonly Layer[] = [
  { kind: 'conv2d', filters: 4, kernelSize: 3, padding: 'same', name: 'sum' },
  { kind: 'batchNormalization', name: 'norm' },
  { kind: 'add', from: ['sum', 'norm'] },
  { kind: 'flatten' },
  { kind: 'dense', units: classes },
];

let bench: Workbench;
beforeAll(async () => {
  bench = await openBench();
});

const some = Int32Array.from({ length: 20 }, (_, i) => i);

const withNumbers = (network: ReturnType<typeof networkOf>) =>
  uncompressed(network, { ...zeroParameters(network.layout), floats: makeParameters(network, 5, 0.3) });

describe('folding batch normalization', () => {
  test('the folded model gives the same logits without the normalizations', async () => {
    const model = withNumbers(networkOf(layers));
    const folded = foldNormalization(model);
    expect(folded.network.layers.map(({ kind }) => kind)).toEqual([
      'conv2d',
      'activation',
      'depthwiseConv2d',
      'flatten',
      'dense',
      'dense',
    ]);
    const [expected, found] = [await bench.predict(model, some), await bench.predict(folded, some)];
    expect(largestDifference(expected, found)).toBeLessThan(1e-4);
  });

  test('what a mask has pruned stays 0', () => {
    const model = withNumbers(networkOf(layers));
    const mask = Float32Array.from(model.parameters.floats, (_, i) => (i % 3 === 0 ? 0 : 1));
    const floats = model.parameters.floats.map((x, i) => x * mask[i]);
    const folded = foldNormalization({ ...model, mask, parameters: { ...model.parameters, floats } });
    const { offset, size } = folded.network.layout.tensors[0];
    expect(Array.from(folded.mask?.subarray(offset, offset + size) ?? [])).toEqual(Array.from(mask.subarray(0, size)));
    for (let i = 0; i < size; i++) if (mask[i] === 0) expect(folded.parameters.floats[offset + i]).toBe(0);
  });

  test('a normalization of a sum that another layer takes too stays, and other networks are as they were', () => {
    for (const list of [shared, [{ kind: 'flatten' }, { kind: 'dense', units: classes }] as const]) {
      const model = withNumbers(networkOf(list));
      expect(foldNormalization(model)).toBe(model);
    }
  });

  test.each(['resnet8', 'mobilenetv2', 'shufflenet'])('%s of the catalogue', async (name) => {
    const model = models.get(name);
    const options = model.options.parse({ normalization: 'batch', width: 0.25 });
    const network = compileNetwork(model.build({ inputShape, classes }, options));
    const before = withNumbers(network);
    const after = foldNormalization(before);
    expect(after.network.layers.filter(({ kind }) => kind === 'batchNormalization')).toEqual([]);
    const [expected, found] = [await bench.predict(before, some), await bench.predict(after, some)];
    const size = Math.max(...expected.map(Math.abs));
    expect(largestDifference(expected, found)).toBeLessThan(1e-4 * Math.max(1, size));
  });
});
