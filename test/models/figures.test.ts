import { expect, test } from 'vitest';
import { models } from '../../shared/models/catalogue/index.js';
import { loadModel } from '../../shared/models/load.js';
import type { CompiledNetwork } from '../../shared/models/network.js';
import { bytesOf } from '../../shared/params/parameters.js';
import { initialize } from '../../shared/models/initialize.js';
import type { LayerFigures } from './figures.js';
import { mobileFigures } from './figures-mobile.js';
import { plainFigures } from './figures-plain.js';
import { residualFigures } from './figures-residual.js';
import { textFigures } from './figures-text.js';

const all = [...plainFigures, ...residualFigures, ...mobileFigures, ...textFigures];

/** What the code says of each layer that has weights. */
const computed = ({ layers, layout }: CompiledNetwork): LayerFigures[] =>
  layers
    .filter(({ tensors }) => Object.keys(tensors).length > 0)
    .map(({ tensors, flops }) => {
      const own = new Set(Object.values(tensors));
      const sizes = layout.tensors.filter(({ name }) => own.has(name)).map(({ size }) => size);
      return [sizes.reduce((sum, size) => sum + size, 0), flops / 2];
    });

const total = (figures: readonly LayerFigures[], which: 0 | 1): number =>
  figures.reduce((sum, each) => sum + each[which], 0);

test.each(all.map((figures) => [`${figures.model} on ${figures.inputShape.join('×')}`, figures] as const))(
  '%s has the parameters, FLOPs and bytes that its layers add up to',
  (_title, { model, inputShape, classes = 10, layers, parameters }) => {
    const options = models.get(model).options.parse({});
    const compiled = loadModel({ [model]: options }, { inputShape, classes });
    expect(computed(compiled)).toEqual(layers);
    expect(compiled.flops).toBe(2 * total(layers, 1));
    expect(compiled.layout.floats).toBe(total(layers, 0));
    expect(bytesOf(initialize(compiled, 1).floats).byteLength).toBe(4 * total(layers, 0));
    if (parameters !== undefined) expect(compiled.layout.floats).toBe(parameters);
  },
);

test('each model of the catalogue has figures for both sizes of images, or is for texts', () => {
  for (const { name } of models.all.filter(({ name }) => name !== 'layers')) {
    const shapes = all.filter(({ model }) => model === name).map(({ inputShape }) => inputShape.join());
    expect([name, shapes]).toEqual([name, name === 'chars' ? ['80'] : ['28,28,1', '32,32,3']]);
  }
});
