import type { TopLevelSpec } from 'vega-lite';
import type { PlugIn } from '../../../shared/util/registry.js';
import type { CompressionFile } from '../../../shared/runlog/compression-file.js';

/** A picture of what a pipeline made of a model: a vega-lite spec with its data in it. */
export interface ModelPlot extends PlugIn {
  /** What the picture shows, one or two sentences for its caption. */
  readonly caption: string;
  /** @returns null where there is nothing for this picture to show */
  draw(compression: CompressionFile): TopLevelSpec | null;
}
