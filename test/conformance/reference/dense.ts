import { activate } from './activations.js';
import type { ReferenceLayer } from './layer.js';

/** Σ x · kernel + bias for each position of a row. @param kernel [inputs, units] */
export const affine = (row: Float64Array, kernel: Float64Array, bias: Float64Array | null, units: number) => {
  const inputs = kernel.length / units;
  return Float64Array.from({ length: (row.length / inputs) * units }, (_, at) => {
    const [position, unit] = [Math.floor(at / units), at % units];
    let sum = bias === null ? 0 : bias[unit];
    for (let i = 0; i < inputs; i++) sum += row[position * inputs + i] * kernel[i * units + unit];
    return sum;
  });
};

export const dense: ReferenceLayer<'dense'> = ({ parameter }, { options, tensors }, [rows]) => {
  const { units, useBias, activation } = options;
  const kernel = parameter(tensors['kernel']);
  const bias = useBias ? parameter(tensors['bias']) : null;
  return activate(
    activation,
    rows.map((row) => affine(row, kernel, bias, units)),
    units,
  );
};
