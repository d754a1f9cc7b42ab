import { describe, expect, test } from 'vitest';
import { histogramBins, histogramOf } from '../../shared/compression/histogram.js';
import { measure } from '../../shared/compression/measures.js';
import { uncompressed, type CompressedModel } from '../../shared/compression/model.js';
import { encodeCompact } from '../../shared/compression/storage/compact-file.js';
import { compileNetwork } from '../../shared/models/compile.js';

/*
 * 6 × 6 × 1 → convolution 3 × 3, 2 filters: 18 weights and 2 biases, 4 · 4 · 2 outputs of 9 products: 2 · 288 = 576 FLOPs.
 * 32 → dense, 3 units: 96 weights and 3 biases, 2 · 96 = 192 FLOPs.
 */
const network = compileNetwork({
  name: 'by hand',
  input: [6, 6, 1],
  layers: [{ kind: 'conv2d', filters: 2, kernelSize: 3 }, { kind: 'flatten' }, { kind: 'dense', units: 3 }],
  classes: 3,
});

const modelOf = (valueOf: (i: number) => number): CompressedModel => {
  const { layout } = network;
  const floats = Float32Array.from({ length: layout.floats }, (_, i) => valueOf(i));
  return uncompressed(network, { layout, floats, counters: new BigInt64Array(0) });
};

describe('the measures of a model', () => {
  const before = measure(modelOf((i) => (i + 1) / 7));

  test('are those of a hand count', () => {
    expect(before).toMatchObject({
      parameters: 119,
      nonzero: 119,
      originalBytes: 476,
      flops: 768,
      effectiveFlops: 768,
    });
    expect(before.layers).toMatchObject([
      { name: 'conv2d', parameters: 20, nonzero: 20, sparsity: 0, bits: 32, flops: 576, effectiveFlops: 576 },
      { name: 'flatten', parameters: 0, nonzero: 0, sparsity: null, bits: null, flops: 0, storedBytes: 0 },
      { name: 'dense', parameters: 99, nonzero: 99, sparsity: 0, bits: 32, flops: 192, effectiveFlops: 192 },
    ]);
  });

  test('leave out products by weights that are 0', () => {
    // Of the kernel's 18 weights 9 go, of the dense layer's 96 three quarters; biases stay.
    const after = measure(modelOf((i) => (i < 9 || (i >= 20 && i < 92) ? 0 : 1 + i)));
    expect(after).toMatchObject({ parameters: 119, nonzero: 119 - 9 - 72, flops: 768, effectiveFlops: 288 + 48 });
    expect(after.layers.map(({ sparsity }) => sparsity)).toEqual([0.5, null, 0.75]);
  });

  test('are whole numbers, whatever part of a kernel is 0', () => {
    for (let gone = 1; gone < 18; gone++) {
      const [{ effectiveFlops }] = measure(modelOf((i) => (i < gone ? 0 : 1))).layers;
      expect(effectiveFlops).toBe((576 / 18) * (18 - gone));
    }
  });

  test('stored bytes are those of the file, and of its layers', () => {
    const model = modelOf((i) => (i % 3 === 0 ? i + 1 : 0));
    const { storedBytes, layers } = measure(model);
    expect(storedBytes).toBe(encodeCompact(model).length);
    const ofLayers = layers.reduce((sum, layer) => sum + layer.storedBytes, 0);
    expect(ofLayers).toBeLessThan(storedBytes);
    expect(ofLayers).toBeGreaterThan(0);
    expect(layers[2].storage!.format).not.toBe('dense');
  });

  test('bits are those of shared weights, or of any float32', () => {
    // Six different values, and 0: three bits number them.
    const shared = measure(modelOf((i) => (i % 7) / 10));
    expect(shared.layers[2]).toMatchObject({ bits: 3, storage: { values: 'codebook' } });
    expect(measure(modelOf((i) => Math.sin(i + 1))).layers[2].bits).toBe(32);
  });

  test('the original is float32', () => {
    expect(before.originalBytes).toBe(476);
  });
});

describe('a histogram of weights', () => {
  test('has fixed bins, zeros apart', () => {
    const { counts, limit, zeros } = histogramOf(Float32Array.of(0, 0, -2, 2, 0.01, -0.01, 0.5), undefined);
    expect(limit).toBe(4);
    expect(zeros).toBe(2);
    // Of 81 bins from −4 to 4 the middle one is the 41st; 0.5 is 5.1 widths from the middle, 2 is 20.3.
    const filled = Object.fromEntries(
      counts.map((count, bin) => [bin, count] as const).filter(([, count]) => count > 0),
    );
    expect(filled).toEqual({ 20: 1, 40: 2, 45: 1, 60: 1 });
    expect(counts).toHaveLength(histogramBins);
  });

  test('takes the bins of what it is compared with', () => {
    const { counts } = histogramOf(Float32Array.of(-9, 0.3, 9), 1);
    expect([counts[0], counts[52], counts[80]]).toEqual([1, 1, 1]);
  });

  test('of a layer goes on with the bins of the model before', () => {
    const before = measure(modelOf((i) => (i + 1) / 7));
    const after = measure(
      modelOf(() => 0.5),
      before,
    );
    expect(after.layers.map(({ histogram }) => histogram?.limit)).toEqual(
      before.layers.map(({ histogram }) => histogram?.limit),
    );
    expect(after.layers[0].histogram!.counts.reduce((a, b) => a + b)).toBe(18);
  });
});
