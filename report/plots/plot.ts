import type { TopLevelSpec } from 'vega-lite';
import type { PlugIn } from '../../shared/util/registry.js';
import type { ReportModel } from '../model.js';

/** A picture of a report: from the model to a vega-lite spec with its data in it. */
export interface Plot extends PlugIn {
  /** What the picture shows, one or two sentences for its caption. */
  readonly caption: string;
  /** @returns null when the runs have nothing for this picture to show */
  draw(model: ReportModel): TopLevelSpec | null;
}
