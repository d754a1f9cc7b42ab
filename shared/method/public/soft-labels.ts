import { makeLayout, type Layout } from '../../params/layout.js';

/*
 * Soft labels in b bits: each example has 2^b − 1 units to give to its classes. With 1 bit that is the class with the
 * greatest probability, and a label is one number instead of one for each class. Sattler et al., "CFD:
 * Communication-Efficient Federated Distillation via Soft-Label Quantization and Delta Coding" (2021).
 */

/** A table of soft labels of the public examples. */
export interface LabelTable {
  readonly examples: number;
  readonly classes: number;
  /** 1 to 8 */
  readonly bits: number;
}

export const unitsOf = ({ bits }: Pick<LabelTable, 'bits'>): number => 2 ** bits - 1;

/** With 1 bit a number a label: 1 + its class; else the units of each class. Zeros where nothing is known. */
export const labelLayout = ({ examples, classes, bits }: LabelTable): Layout =>
  makeLayout([{ name: 'labels', shape: bits === 1 ? [examples] : [examples, classes], role: 'weight' }]);

/**
 * The units nearest to probabilities in Euclidean distance: rounded down, and what is left goes to the largest remainders,
 * of equal ones to the first.
 */
const unitsOfRow = (probabilities: Float64Array, units: number): Int32Array => {
  const given = Int32Array.from(probabilities, (probability) => Math.floor(probability * units));
  const remainders = probabilities.map((probability, i) => probability * units - given[i]);
  const order = [...remainders.keys()].toSorted((a, b) => remainders[b] - remainders[a] || a - b);
  let left = units - given.reduce((sum, count) => sum + count, 0);
  for (let i = 0; left > 0; i = (i + 1) % order.length, left--) given[order[i]]++;
  return given;
};

/**
 * Probabilities [examples, classes], each row of sum 1, as a table.
 * @returns a vector of {@link labelLayout}
 */
export const tableOf = (probabilities: Float64Array, table: LabelTable): Float32Array => {
  const { examples, classes, bits } = table;
  const values = new Float32Array(labelLayout(table).floats);
  for (let row = 0; row < examples; row++) {
    const given = unitsOfRow(probabilities.subarray(row * classes, (row + 1) * classes), unitsOf(table));
    if (bits === 1) values[row] = 1 + given.indexOf(1);
    else values.set(given, row * classes);
  }
  return values;
};

const isUnits = (row: Int32Array | Float64Array, units: number): boolean =>
  row.every((count) => Number.isInteger(count) && count >= 0) &&
  (row as Float64Array).reduce((sum, count) => sum + count, 0) === units;

/**
 * The units [examples, classes] that a table gives to classes.
 * @returns null where the vector is no such table
 */
export const readTable = (values: Float32Array | Float64Array, table: LabelTable): Float64Array | null => {
  const { examples, classes, bits } = table;
  const units = new Float64Array(examples * classes);
  if (bits > 1) {
    units.set(values);
    for (let row = 0; row < examples; row++) {
      if (!isUnits(units.subarray(row * classes, (row + 1) * classes), unitsOf(table))) return null;
    }
    return units;
  }
  for (let row = 0; row < examples; row++) {
    const label = values[row];
    if (!Number.isInteger(label) || label < 1 || label > classes) return null;
    units[row * classes + label - 1] = 1;
  }
  return units;
};
