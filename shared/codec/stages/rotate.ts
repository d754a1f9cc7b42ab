import { z } from 'zod';
import { drawSigns, paddedLength, rotate as rotated, rotateBack } from '../hadamard.js';
import { floatsOf } from '../sparsifier.js';
import { defineTransform, type Restore } from '../stage-interface.js';
import { denseShape, denseValue, densify, type Floats } from '../value.js';

/** Rotates the vector at random, so that its coordinates become nearly Gaussian and equally large. */
export const rotate = defineTransform({
  name: 'rotate',
  code: 80,
  role: 'transform',
  summary: 'a random rotation, after which all coordinates are about equally large',
  takes: ['dense'],
  gives: 'dense',
  bits: 'none of its own, but the rotated vector is padded to pieces of powers of two',
  bias: 'lossless up to float32’s rounding',
  paper: 'Suresh et al. 2017, Distributed Mean Estimation with Limited Communication, section 3',
  options: z.strictObject({}),
  create: () => {
    const back =
      (length: number, signs: Uint32Array): Restore =>
      (value) =>
        denseValue(rotateBack(densify(value as Floats), signs, length));
    return {
      bound: ({ length }) => ({ shape: denseShape(paddedLength(length)), sideBytes: 0 }),
      encode: (value, _side, unit) => {
        const signs = drawSigns(unit.random('rotate'), paddedLength(value.length));
        return { value: denseValue(rotated(floatsOf(value), signs)), restore: back(value.length, signs) };
      },
      open: ({ length }, _side, unit) => {
        const padded = paddedLength(length);
        return { shape: denseShape(padded), restore: back(length, drawSigns(unit.random('rotate'), padded)) };
      },
    };
  },
});
