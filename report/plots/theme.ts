import type { Config } from 'vega-lite';
import type { ReportModel } from '../model.js';

/** Verdana has the widths of DejaVu Sans, so that text takes the same room on every system. */
export const fontFamily = 'DejaVu Sans, Verdana, sans-serif';

const ink = '#222222';
const quiet = '#5b5b5b';

/** Colour of the baseline and of references that were not run. */
export const referenceColor = '#6b6b6b';

/** Okabe and Ito's colours that stand out on white; told apart by people with any kind of colour vision. */
export const palette = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8c510a'] as const;

/** When colours repeat, dashes tell lines apart. */
const dashes = [[], [7, 3], [2, 2], [8, 3, 2, 3]] as const;

export const config: Config = {
  font: fontFamily,
  background: 'white',
  padding: 12,
  title: {
    anchor: 'start',
    color: ink,
    fontSize: 15,
    fontWeight: 'bold',
    subtitleColor: quiet,
    subtitleFontSize: 11,
    subtitleLineHeight: 15,
    subtitlePadding: 5,
    offset: 14,
    frame: 'group',
  },
  axis: {
    domainColor: '#8a8a8a',
    gridColor: '#e9e9e9',
    labelColor: quiet,
    labelFontSize: 11,
    tickColor: '#8a8a8a',
    titleColor: ink,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    titlePadding: 9,
  },
  header: { labelColor: ink, labelFontSize: 12, labelFontWeight: 'bold', labelAnchor: 'start', title: null },
  legend: {
    labelColor: ink,
    labelFontSize: 11,
    labelLimit: 320,
    symbolStrokeWidth: 2,
    title: null,
  },
  line: { strokeWidth: 2, strokeJoin: 'round' },
  view: { stroke: null },
};

/** Size of the plotting area of a picture, in pixels. */
export const size = { width: 620, height: 320 } as const;

/** Scales that give each case the same colour and dashes in all pictures. */
export interface SeriesScales {
  readonly color: { domain: string[]; range: string[] };
  readonly dash: { domain: string[]; range: number[][] };
}

export const seriesScales = (labels: readonly string[], references: ReadonlySet<string> = new Set()): SeriesScales => {
  let next = 0;
  const color: string[] = [];
  const dash: number[][] = [];
  for (const label of labels) {
    const isReference = references.has(label);
    color.push(isReference ? referenceColor : palette[next % palette.length]);
    dash.push(isReference ? [5, 3] : [...dashes[Math.floor(next / palette.length) % dashes.length]]);
    if (!isReference) next++;
  }
  return { color: { domain: [...labels], range: color }, dash: { domain: [...labels], range: dash } };
};

/** Scales of the model's cases, the baseline in grey. */
export const caseScales = ({ cases }: ReportModel): SeriesScales =>
  seriesScales(
    cases.map(({ label }) => label),
    new Set(cases.filter(({ label, baseline }) => label === baseline).map(({ label }) => label)),
  );
