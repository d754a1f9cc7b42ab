import type { TopLevelSpec } from 'vega-lite';
import { html, Html } from './html.js';
import { renderPng } from './png.js';
import { renderSvg } from './svg.js';

/** What can be drawn of a model of a report. */
export interface Drawable<M> {
  readonly name: string;
  readonly caption: string;
  /** @returns null when there is nothing to show */
  draw(model: M): TopLevelSpec | null;
}

/** A plot that there was data for. */
export interface Picture {
  readonly plot: Pick<Drawable<unknown>, 'name' | 'caption'>;
  readonly svg: string;
}

/** A file of a report: its path in the report's folder, and what is in it. */
export type File = readonly [path: string, content: string | Uint8Array];

export interface Drawn {
  readonly pictures: readonly Picture[];
  readonly pngs: readonly File[];
}

const pngFile = async ({ plot, svg }: Picture): Promise<File> => [`plots/${plot.name}.png`, await renderPng(svg)];

/** Draws each plot once. A PNG is made on another thread while the next plot is drawn. */
export const drawPictures = async <M>(plots: readonly Drawable<M>[], model: M, withPngs: boolean): Promise<Drawn> => {
  const pictures: Picture[] = [];
  const pngs: Promise<File>[] = [];
  try {
    for (const plot of plots) {
      const spec = plot.draw(model);
      if (spec === null) continue;
      const picture = { plot, svg: await renderSvg(spec) };
      pictures.push(picture);
      if (withPngs) pngs.push(pngFile(picture));
    }
  } finally {
    // When a plot fails, its error is the one to tell, not that of a PNG nobody waits for.
    await Promise.allSettled(pngs);
  }
  return { pictures, pngs: await Promise.all(pngs) };
};

export const svgFiles = (pictures: readonly Picture[]): File[] =>
  pictures.map(({ plot, svg }) => [`plots/${plot.name}.svg`, svg]);

export const pictureHtml = ({ plot, svg }: Picture): Html =>
  html`<figure id="${plot.name}">
    ${new Html(svg)}
    <figcaption>${plot.caption}</figcaption>
  </figure> `;
