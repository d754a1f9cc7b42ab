import { z } from 'zod';

/** The option of networks whose layers can be made narrower or wider. */
export const widthOption = (fallback: number) =>
  z
    .number()
    .min(0.0625)
    .max(4)
    .default(fallback)
    .describe(
      'Width multiplier: every layer’s channels times this, to the nearest multiple of 8; from 0.0625 to 4, 1 is the paper’s.',
    );

/** Blocks of 8 channels are what fast convolution kernels compute. */
export const channelBlock = 8;

/** The nearest multiple, at least one. @param multiple 8 unless groups ask for more */
export const roundedChannels = (channels: number, multiple: number = channelBlock): number =>
  Math.max(1, Math.round(channels / multiple)) * multiple;
