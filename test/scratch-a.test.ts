import type { Layer } from '../shared/models/network.js';
import { innerCase, type LayerCase } from './conformance/cases/layer-case.js';
import { layerConformance } from './conformance/layers.js';
import { openOnnxEngine } from '../shared/engine/onnx/engine.js';
const c = Number(process.env['BLOCK'] ?? 16);
const conv = (filters: number, o: object = {}): Layer => ({ kind: 'conv2d', filters, kernelSize: 2, padding: 'same', ...o }) as Layer;
const mean: Layer = { kind: 'globalAveragePooling2d' };
const mids: [string, number, Layer[]][] = [
  ['batch', c, [{ kind: 'batchNormalization', momentum: 0.6 }]], ['batch 2 blocks', 2 * c, [{ kind: 'batchNormalization' }, { kind: 'activation', activation: 'relu' }]],
  ['layer', c, [{ kind: 'layerNormalization' }]], ['layer 2 blocks', 2 * c, [{ kind: 'layerNormalization' }]],
  ['group 1 of 2 blocks', 2 * c, [{ kind: 'groupNormalization', groups: 1 }]], ['group 2 of 2 blocks', 2 * c, [{ kind: 'groupNormalization', groups: 2 }]],
  ['group smaller than a block', c, [{ kind: 'groupNormalization', groups: 4 }]], ['group of 4 in 2 blocks', 2 * c, [{ kind: 'groupNormalization', groups: 4 }]],
  ['dropout', 2 * c, [{ kind: 'dropout', rate: 0.3 }]], ['softmax', 2 * c, [{ kind: 'activation', activation: 'softmax' }]],
  ['gelu', c, [{ kind: 'activation', activation: 'gelu' }]], ['shuffle', 2 * c, [{ kind: 'channelShuffle', groups: 4 }]], ['shift', c, [{ kind: 'shift' }]],
  ['add', c, [conv(c, { name: 'a', kernelSize: 1 }), { kind: 'add', from: ['before', 'a'] }]],
  ['add2', 2 * c, [{ kind: 'batchNormalization', name: 'n' }, conv(2 * c, { name: 'a' }), { kind: 'add', from: ['n', 'a', 'before'] }]],
  ['concat', c, [{ kind: 'batchNormalization', name: 'n' }, conv(2 * c, { name: 'a' }), { kind: 'concatenate', from: ['n', 'a'] }, { kind: 'layerNormalization' }]],
  ['avg', 2 * c, [{ kind: 'averagePooling2d', poolSize: 2, strides: 1 }]], ['max', 2 * c, [{ kind: 'batchNormalization' }, { kind: 'maxPooling2d' }]],
];
const cases: LayerCase[] = mids.flatMap(([n, w, m]) => [[3, 2], [4, 4]].map(([h, v]) => innerCase(`${n} ${h}x${v}`, [h, v, c], [conv(w, { name: 'first', kernelSize: 1 }), ...m, conv(c), mean], { batchSize: 4, sizes: [4, 2, 1] })));
layerConformance(cases, [{ title: 'fast', open: () => openOnnxEngine('fast', c as 16) }, { title: 'here', open: () => openOnnxEngine('fast') }, { title: 'plain', open: () => openOnnxEngine('plain') }]);
