import { z } from 'zod';
import type { Layer } from '../network.js';

/** The option of networks that can look at a smaller image. */
export const resolutionOption = z
  .union([z.literal(1), z.literal(0.5), z.literal(0.25)])
  .default(1)
  .describe(
    'Resolution multiplier: rows and columns of the image that the network sees, as a part of those that it is given; 1, 0.5 or 0.25, means of 2×2 or 4×4 pixels.',
  );

/**
 * The image at a lower resolution (Howard et al., "MobileNets", 2017, section 3.4): every convolution after it costs the
 * square of the multiplier; no layer at 1.
 */
export const atResolution = (resolution: z.output<typeof resolutionOption>): Layer[] =>
  resolution === 1
    ? []
    : [
        {
          kind: 'averagePooling2d',
          name: 'resolution',
          poolSize: 1 / resolution,
          strides: 1 / resolution,
          padding: 'same',
        },
      ];
