import { makeRegistry } from '../../../shared/util/registry.js';
import { accuracyByFlops } from './accuracy-by-flops.js';
import { accuracyBySize } from './accuracy-by-size.js';
import { bitsTradeOff } from './bits-trade-off.js';
import { layerBits } from './layer-bits.js';
import { layerFlops } from './layer-flops.js';
import { layerSizes } from './layer-sizes.js';
import type { ModelPlot } from './model-plot.js';
import { searchFront } from './search-front.js';
import { weightHistograms } from './weight-histograms.js';

/** All pictures of a compressed model, in the order in which a report shows them. */
export const modelPlots = makeRegistry<ModelPlot>('picture of a model', [
  accuracyBySize,
  accuracyByFlops,
  layerSizes,
  layerFlops,
  layerBits,
  weightHistograms,
  bitsTradeOff,
  searchFront,
]);
