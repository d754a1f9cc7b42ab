import type { Examples } from '../../../shared/data/dataset.js';
import { loadDataset } from '../../../shared/data/load.js';
import { models } from '../../../shared/models/catalogue/index.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import type { Model } from '../../../shared/models/model.js';
import type { CompiledNetwork } from '../../../shared/models/network.js';
import { sizeOf } from '../../../shared/params/layout.js';
import { allCases } from '../../conformance/cases/all.js';
import type { LayerCase } from '../../conformance/cases/layer-case.js';
import { makeInputs, makeParameters, scaleOf, type InputForm } from '../../conformance/inputs.js';

/** A network to export, with examples to try it on. */
export interface ExportCase {
  readonly title: string;
  readonly network: CompiledNetwork;
  prepare(): Promise<{ parameters: Float32Array; examples: Examples; scale: number }>;
}

const readDigits = async () => {
  const { test, inputShape, scale } = await loadDataset({ name: 'mnist', folder: null });
  const count = 32;
  const inputs = test.inputs.subarray(0, count * sizeOf(inputShape));
  return { examples: { count, inputs, labels: test.labels.subarray(0, count) }, scale };
};

let digits: ReturnType<typeof readDigits> | undefined;

/** Images of MNIST's test set; no parameter is as a network begins. */
const onDigits = (model: Model, options: Readonly<Record<string, unknown>>): ExportCase => {
  const shape = { inputShape: [28, 28, 1], classes: 10 };
  const network = compileNetwork(model.build(shape, model.options.parse(options)));
  return {
    title: [model.name, ...Object.values(options)].join(', '),
    network,
    prepare: async () => ({ ...(await (digits ??= readDigits())), parameters: makeParameters(network, 5, 0.05) }),
  };
};

/** Examples that are drawn. */
const onDrawn = (title: string, network: CompiledNetwork, form: InputForm): ExportCase => ({
  title,
  network,
  prepare: async () => {
    const { input: inputShape, classes } = network.network;
    const examples = makeInputs({ inputShape, classes, form, count: 8 });
    return { parameters: makeParameters(network), examples, scale: scaleOf(form) };
  },
});

const onText = (model: Model): ExportCase => {
  const built = model.build({ inputShape: [16], classes: 12 }, model.options.parse({}));
  return onDrawn(model.name, compileNetwork(built), { tokens: 12 });
};

/** All but the one whose layers the scenario gives. */
const withDefaults = models.all.filter(({ options }) => options.safeParse({}).success);

/** Every model of the catalogue; with batch normalization too, whose statistics are part of the file. */
export const catalogueCases = withDefaults.flatMap((model): ExportCase[] => {
  if (model.name === 'chars') return [onText(model)];
  const normalized = 'normalization' in model.options.shape ? [onDigits(model, { normalization: 'batch' })] : [];
  return [onDigits(model, {}), ...normalized];
});

/** Every layer with each of its options. */
export const layerCases = allCases.map(({ title, network, form }: LayerCase) =>
  onDrawn(title, compileNetwork(network), form),
);
