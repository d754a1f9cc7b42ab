import { GraphBuilder, integer } from './graph.js';
import type { Dimensions, ElementType } from './format.js';

export interface Typed {
  readonly type: ElementType;
  readonly shape: Dimensions;
}

/** A value that goes from step to step: its name outside, and its type. */
export interface State extends Typed {
  readonly value: string;
}

/** A value with one entry a step, [steps, ...shape]; the body sees the entry. */
export interface Sequence extends Typed {
  readonly value: string;
}

export interface BodyResult {
  /** The states after the step, as many as went in. */
  readonly states: readonly string[];
  /** What each step leaves behind. */
  readonly outputs: readonly (Typed & { readonly value: string })[];
}

export interface ScanResult {
  readonly states: readonly string[];
  /** [steps, ...shape] each. */
  readonly outputs: readonly string[];
}

/**
 * A loop over sequences (ONNX Scan): as many iterations as the sequences are long when the model runs. Entries are
 * passed without a copy and without a node, which makes it faster than Loop with Gather.
 */
export const scan = (
  graph: GraphBuilder,
  states: readonly State[],
  sequences: readonly Sequence[],
  build: (body: GraphBuilder, states: readonly string[], entries: readonly string[]) => BodyResult,
): ScanResult => {
  const body = new GraphBuilder(graph);
  const stateNames = states.map(({ type, shape }, i) => body.input(`state${i}`, type, shape));
  const entryNames = sequences.map(({ type, shape }, i) => body.input(`entry${i}`, type, shape));
  const result = build(body, stateNames, entryNames);
  result.states.forEach((value, i) => body.positionalOutput(value, states[i].type, states[i].shape));
  for (const { value, type, shape } of result.outputs) body.positionalOutput(value, type, shape);
  const names = graph.many(
    states.length + result.outputs.length,
    'Scan',
    [...states, ...sequences].map(({ value }) => value),
    { body: body.asBody(), num_scan_inputs: integer(sequences.length) },
  );
  return { states: names.slice(0, states.length), outputs: names.slice(states.length) };
};
