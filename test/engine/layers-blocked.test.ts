import { expect, test } from 'vitest';
import { openOnnxEngine } from '../../shared/engine/onnx/engine.js';
import { blockedCases } from '../conformance/cases/blocked.js';
import { layerConformance } from '../conformance/layers.js';

const { version } = await openOnnxEngine('fast');
const block = Number(version.split('fast-')[1] ?? 0);

// Where the runtime has no blocked kernels for this processor, every layer is in its plain form, tested elsewhere.
if (block === 8 || block === 16) {
  layerConformance(blockedCases(block), [{ title: `blocks of ${block}`, open: () => openOnnxEngine('fast', block) }]);
}

test('the engine says which blocks it works with', () => {
  expect(version).toMatch(/^\d+\.\d+\.\d+ fast(-8|-16)?$/);
});
