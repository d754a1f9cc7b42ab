import type { Layer } from '../../../shared/models/network.js';
import { firstCase, innerCase, type LayerCase } from './layer-case.js';

type Options = Omit<Layer & { kind: 'maxPooling2d' }, 'kind' | 'name' | 'from'>;

/** Windows of every kind, for both poolings. */
const windows: readonly (readonly [title: string, image: readonly number[], options: Options])[] = [
  ['windows of 2', [4, 6, 2], {}],
  ['windows of 2, last row and column not seen', [5, 5, 2], {}],
  ['windows of 3, stride 2, valid', [5, 7, 2], { poolSize: 3, strides: 2 }],
  ['windows of 3, stride 2, same', [6, 5, 2], { poolSize: 3, strides: 2, padding: 'same' }],
  ['windows of 2, stride 1, same: one more at the end', [4, 4, 2], { poolSize: 2, strides: 1, padding: 'same' }],
  ['windows of 2, same, odd image', [5, 3, 2], { padding: 'same' }],
  ['windows of 3, stride 1, same', [4, 4, 3], { poolSize: 3, strides: 1, padding: 'same' }],
  ['windows of 1×3', [4, 6, 2], { poolSize: [1, 3] }],
  ['stride larger than the window', [6, 6, 2], { poolSize: 2, strides: 3 }],
  ['one window for the whole image', [3, 4, 2], { poolSize: [3, 4] }],
  ['image of 1×1', [1, 1, 3], { padding: 'same' }],
  ['channels in several blocks', [4, 4, 18], { strides: 2 }],
];

const conv: Layer = { kind: 'conv2d', filters: 3, kernelSize: 2 };

export const poolingCases: readonly LayerCase[] = [
  ...(['maxPooling2d', 'averagePooling2d'] as const).flatMap((kind) => [
    ...windows.map(([title, image, options]) => innerCase(`${kind}: ${title}`, image, [{ kind, ...options }])),
    firstCase(`${kind}: first, on bytes`, [4, 4, 2], [{ kind }, conv], { form: 'bytes' }),
    firstCase(`${kind}: first, on floats`, [4, 4, 3], [{ kind, poolSize: 3, strides: 1, padding: 'same' }, conv]),
    innerCase(`${kind}: after a convolution with relu`, [5, 5, 2], [{ ...conv, activation: 'relu' }, { kind }, conv]),
    innerCase(`${kind}: after relu`, [4, 4, 2], [{ kind: 'activation', activation: 'relu' }, { kind }]),
    innerCase(`${kind}: batches of one row`, [4, 4, 2], [{ kind }], { batchSize: 1, sizes: [1, 1] }),
  ]),
  innerCase('globalAveragePooling2d', [3, 4, 3], [{ kind: 'globalAveragePooling2d' }]),
  innerCase('globalAveragePooling2d: image of 1×1', [1, 1, 3], [{ kind: 'globalAveragePooling2d' }]),
  innerCase('globalAveragePooling2d: after a convolution', [4, 4, 2], [conv, { kind: 'globalAveragePooling2d' }]),
  firstCase('globalAveragePooling2d: first, on bytes', [3, 4, 3], [{ kind: 'globalAveragePooling2d' }], {
    form: 'bytes',
  }),
];
