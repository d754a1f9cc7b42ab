import type { Layout, PlacedTensor, TensorSpec } from '../params/layout.js';

/** The tensors that an engine holds: all but the counters, in layout order. */
export const floatTensors = ({ tensors }: Layout): readonly PlacedTensor[] =>
  tensors.filter(({ role }) => role !== 'counter');

/** Whether the optimizer changes a tensor. */
export const isTrained = ({ role }: TensorSpec): boolean => role === 'weight' || role === 'local' || role === 'step';

/** Whether a step changes a tensor: the trained ones and the running statistics; the others are only read. */
export const isChanged = (tensor: TensorSpec): boolean => isTrained(tensor) || tensor.role === 'buffer';
