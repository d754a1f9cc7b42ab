import { convolutionCases } from './convolution.js';
import { denseCases } from './dense.js';
import type { LayerCase } from './layer-case.js';
import { normalizationCases } from './normalization.js';
import { poolingCases } from './pooling.js';
import { shapeCases } from './shape.js';
import { textCases } from './text.js';

export const allCases: readonly LayerCase[] = [
  ...denseCases,
  ...convolutionCases,
  ...poolingCases,
  ...normalizationCases,
  ...shapeCases,
  ...textCases,
];
