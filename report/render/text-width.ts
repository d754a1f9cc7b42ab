import * as vega from 'vega';

/** Advance widths of DejaVu Sans in thousandths of the font size, for the characters from space to tilde. */
const regular = [
  318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
  636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863,
  748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635,
  615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
  337, 636, 838,
];

/** Bold letters are wider by about this factor. */
const bold = 1.1;

/** Letters outside ASCII: about a small letter; Chinese, Japanese and Korean ones are square. */
const otherWidth = 640;
const squareWidth = 1000;

const widthOf = (character: string): number => {
  const code = character.codePointAt(0)!;
  return regular[code - 32] ?? (code >= 0x2e80 ? squareWidth : otherWidth);
};

/** @returns width in pixels of a line of text in DejaVu Sans */
export const textWidth = (text: string, fontSize: number, isBold = false): number => {
  const sum = Array.from(text).reduce((width, character) => width + widthOf(character), 0);
  return ((sum * fontSize) / 1000) * (isBold ? bold : 1);
};

interface TextItem {
  readonly text?: unknown;
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
  readonly limit?: number;
}

interface TextMetrics {
  width(item: TextItem, text?: unknown): number;
}

/**
 * Makes vega measure text by these widths. Without a canvas, which Node does not have, it would guess 0.8 of the
 * font size a character and leave much empty room.
 */
export const useTextWidths = (): void => {
  const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };
  textMetrics.width = (item, text = item.text) => {
    const isBold = item.fontWeight === 'bold' || Number(item.fontWeight) >= 600;
    const width = textWidth(String(text ?? ''), item.fontSize ?? 11, isBold);
    // Text over its limit is cut, so it is never wider.
    return item.limit !== undefined && item.limit > 0 ? Math.min(width, item.limit) : width;
  };
};
