import type { TopLevelSpec } from 'vega-lite';
import { config } from '../../plots/theme.js';
import { wrap } from '../../plots/words.js';

/** A bar of a layer. */
export interface LayerBar {
  readonly layer: string;
  readonly series: string;
  readonly value: number;
  readonly about: string;
}

interface LayerBars {
  readonly title: string;
  readonly subtitle: string;
  /** Of the axis of values. */
  readonly unit: string;
  readonly bars: readonly LayerBar[];
  readonly series: readonly { readonly name: string; readonly color: string }[];
}

const barHeight = 10;
/** More layers make no picture that anyone reads. */
const mostLayers = 40;

/** The layers with the longest bars, in their order. */
const largestLayers = (bars: readonly LayerBar[]): string[] => {
  const longest = new Map<string, number>();
  for (const { layer, value } of bars) longest.set(layer, Math.max(longest.get(layer) ?? 0, value));
  const names = [...longest.keys()];
  const shown = new Set(names.toSorted((a, b) => longest.get(b)! - longest.get(a)!).slice(0, mostLayers));
  return names.filter((name) => shown.has(name));
};

/** Bars of each layer, one a series, layers from the input down. */
export const layerBars = ({ title, subtitle, unit, bars, series }: LayerBars): TopLevelSpec => {
  const all = new Set(bars.map(({ layer }) => layer)).size;
  const layers = largestLayers(bars);
  const note = layers.length < all ? ` The ${layers.length} largest of ${all}.` : '';
  return {
    config,
    width: 560,
    height: { step: barHeight, for: 'offset' },
    title: { text: title, subtitle: wrap(`${subtitle}${note}`) },
    data: { values: bars.filter(({ layer }) => layers.includes(layer)) },
    mark: { type: 'bar' },
    encoding: {
      y: {
        field: 'layer',
        type: 'nominal',
        title: null,
        sort: layers,
        scale: { paddingInner: 0.3 },
        axis: { labelLimit: 200, domain: false, ticks: false },
      },
      yOffset: { field: 'series', sort: series.map(({ name }) => name) },
      x: {
        field: 'value',
        type: 'quantitative',
        title: unit,
        axis: { tickCount: 8, labelExpr: "format(datum.value, '~s')" },
      },
      color: {
        field: 'series',
        type: 'nominal',
        scale: { domain: series.map(({ name }) => name), range: series.map(({ color }) => color) },
        legend: { orient: 'bottom', columns: 4, symbolType: 'square' },
      },
      description: { field: 'about' },
    },
  };
};
