import { models } from '../models/catalogue/index.js';
import { compileNetwork } from '../models/compile.js';
import type { Model, ModelShape } from '../models/model.js';
import { CodedError } from '../util/errors.js';

const grey: ModelShape = { inputShape: [28, 28, 1], classes: 10 };
const colour: ModelShape = { inputShape: [32, 32, 3], classes: 10 };
const text: ModelShape = { inputShape: [80], classes: 90 };

/** Three figures are as many as a reader compares. */
const short = (value: number, unit: string): string => {
  const [size, prefix] = value >= 1e6 ? [1e6, 'M'] : [1e3, 'k'];
  const scaled = value / size;
  return `${scaled.toFixed(scaled >= 100 ? 0 : scaled >= 10 ? 1 : 2)} ${prefix}${unit}`;
};

interface Figures {
  readonly parameters: number;
  readonly flops: number;
}

/** Null for a model that takes no such examples. */
const figuresOf = (model: Model, shape: ModelShape): Figures | null => {
  try {
    const { layout, flops } = compileNetwork(model.build(shape, model.options.parse({})));
    return { parameters: layout.floats, flops };
  } catch (error) {
    if (error instanceof CodedError && error.code === 'model/bad-shape') return null;
    throw error;
  }
};

const cells = ({ parameters, flops }: Figures): string[] => [
  parameters.toLocaleString('en-US'),
  short(4 * parameters, 'B'),
  short(flops, 'FLOP'),
];

const row = (...values: readonly string[]): string => `| ${values.join(' | ')} |`;

/** The models that need no options, with what they cost for two sizes of images or for texts. */
export const modelTable = (): string => {
  const known = models.all.filter(({ options }) => options.safeParse({}).success);
  const images = known.flatMap((model) => {
    const [small, large] = [figuresOf(model, grey), figuresOf(model, colour)];
    return small === null || large === null
      ? []
      : [row(`\`${model.name}\``, model.summary, ...cells(small), ...cells(large))];
  });
  const texts = known.flatMap((model) => {
    const figures = figuresOf(model, grey) === null ? figuresOf(model, text) : null;
    return figures === null ? [] : [row(`\`${model.name}\``, model.summary, ...cells(figures))];
  });
  return [
    row(
      'Model',
      'What it is',
      '28×28×1: parameters',
      'float32',
      'forward',
      '32×32×3: parameters',
      'float32',
      'forward',
    ),
    row('---', '---', '--:', '--:', '--:', '--:', '--:', '--:'),
    ...images,
    '',
    row('Model', 'What it is', '80 of 90 characters: parameters', 'float32', 'forward'),
    row('---', '---', '--:', '--:', '--:'),
    ...texts,
  ].join('\n');
};
