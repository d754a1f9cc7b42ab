import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { renderAsync } from '@resvg/resvg-js';

const fonts = join(dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')), 'ttf');

/** Pixels of the PNG for one of the SVG: sharp on dense screens and in print. */
const zoom = 2;

/** @returns the picture as PNG; its font comes with the program, so the text is there on machines without fonts */
export const renderPng = async (svg: string): Promise<Buffer> => {
  const image = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: zoom },
    font: {
      fontFiles: [join(fonts, 'DejaVuSans.ttf'), join(fonts, 'DejaVuSans-Bold.ttf')],
      // Only letters that DejaVu lacks (Chinese, for example) need the machine's own fonts; to load them is slow.
      loadSystemFonts: /[\u2e80-\uffff]/u.test(svg),
      defaultFontFamily: 'DejaVu Sans',
    },
  });
  return image.asPng();
};
