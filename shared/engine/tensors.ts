import type { Layout, PlacedTensor, TensorSpec } from '../params/layout.js';

/** The tensors that an engine holds: all but the counters, in layout order. */
export const floatTensors = ({ tensors }: Layout): readonly PlacedTensor[] =>
  tensors.filter(({ role }) => role !== 'counter');

/** Whether training changes a tensor; the others are only read. */
export const isTrained = ({ role }: TensorSpec): boolean => role === 'weight' || role === 'local';
