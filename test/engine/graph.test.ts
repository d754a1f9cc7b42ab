import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { float, GraphBuilder, integer } from '../../shared/engine/onnx/graph.js';
import { scan } from '../../shared/engine/onnx/scan.js';
import { createSession } from '../../shared/engine/onnx/session.js';
import { Tape, type Value } from '../../shared/engine/onnx/tape.js';
import { makeLayout } from '../../shared/params/layout.js';
import { SgdUpdates } from '../../shared/engine/onnx/updates.js';

const tensor = (values: readonly number[], shape: readonly number[]): ort.Tensor =>
  new ort.Tensor('float32', Float32Array.from(values), shape);

const run = async (
  graph: GraphBuilder,
  feeds: Record<string, ort.Tensor>,
): Promise<Record<string, { values: number[]; shape: readonly number[] }>> => {
  const session = await createSession(ort, graph.toModel());
  const results = await session.run(feeds);
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, { data, dims }]) => [
      name,
      { values: Array.from(data as Float32Array), shape: dims },
    ]),
  );
};

test('constants, attributes and a free extent arrive in the runtime', async () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', ['rows', 2]);
  const weights = graph.floats([2, 3], [1, 2, 3, 4, 5, 6]);
  const product = graph.op('Gemm', [x, weights, graph.floats([], [10])], { alpha: float(0.5), beta: float(2) });
  graph.output('y', graph.op('Transpose', [product], { perm: { integers: [1, 0] } }), 'float32', [3, 'rows']);
  graph.output('parts', graph.concat(graph.split(product, 3, 1).toReversed(), 1), 'float32', ['rows', 3]);
  const { y, parts } = await run(graph, { x: tensor([2, 0, 0, 2], [2, 2]) });
  expect(y).toEqual({ values: [21, 24, 22, 25, 23, 26], shape: [3, 2] });
  expect(parts).toEqual({ values: [23, 22, 21, 26, 25, 24], shape: [2, 3] });
});

test('equal constants are kept once, others apart', () => {
  const graph = new GraphBuilder();
  const inner = new GraphBuilder(graph);
  expect(inner.floats([2], [1, 2])).toBe(graph.floats([2], [1, 2]));
  const all = [graph.floats([2], [1, 2]), graph.floats([1, 2], [1, 2]), graph.floats([2], [1, 3]), graph.vector(1, 2)];
  expect(new Set(all).size).toBe(4);
});

test('a scan carries states, sees values of outside and leaves one output a step', async () => {
  const graph = new GraphBuilder();
  const start = graph.input('start', 'float32', [1]);
  const steps = graph.input('steps', 'float32', ['n', 1]);
  const twice = graph.op('Add', [start, start]);
  const { states, outputs } = scan(
    graph,
    [
      { value: start, type: 'float32', shape: [1] },
      { value: start, type: 'float32', shape: [1] },
    ],
    [{ value: steps, type: 'float32', shape: [1] }],
    (body, [sum, kept], [entry]) => {
      const next = body.op('Add', [sum, entry]);
      // The same value as a state and as an output, a state that nothing changes, and a value of outside.
      return {
        states: [next, kept],
        outputs: [next, body.op('Add', [twice, entry])].map((value) => ({ value, type: 'float32', shape: [1] })),
      };
    },
  );
  states.forEach((value, i) => graph.output(`state${i}`, value, 'float32', [1]));
  outputs.forEach((value, i) => graph.output(`output${i}`, value, 'float32', ['n', 1]));
  const result = await run(graph, { start: tensor([5], [1]), steps: tensor([1, 2, 3], [3, 1]) });
  expect(result.state0.values).toEqual([11]);
  expect(result.state1.values).toEqual([5]);
  expect(result.output0).toEqual({ values: [6, 8, 11], shape: [3, 1] });
  expect(result.output1.values).toEqual([11, 12, 13]);
});

test('the gradient of a value that is used twice is the sum over its uses', async () => {
  const graph = new GraphBuilder();
  const tape = new Tape(graph);
  const value = (name: string): Value => ({
    name,
    shape: [1],
    arrangement: 'channelsLast',
    factor: 1,
    needsGradient: true,
  });
  const x = value(graph.input('x', 'float32', [1, 1]));
  let gradient = '';
  tape.record(x.name, (d) => (gradient = d));
  const tripled = value(graph.op('Mul', [x.name, graph.floats([], [3])]));
  tape.record(tripled.name, (d) => tape.accumulate(x, graph.op('Mul', [d, graph.floats([], [3])])));
  const y = value(graph.op('Mul', [tripled.name, x.name]));
  tape.record(y.name, (d) => {
    tape.accumulate(x, graph.op('Mul', [d, tripled.name]));
    tape.accumulate(tripled, graph.op('Mul', [d, x.name]));
  });
  tape.backward(y, graph.floats([1, 1], [1]), new SgdUpdates(graph, new Map(), { tensors: [] }));
  graph.output('d', gradient, 'float32', [1, 1]);
  // y = 3x², dy/dx = 6x
  expect((await run(graph, { x: tensor([7], [1, 1]) })).d.values).toEqual([42]);
});

test('SGD updates are fused, follow each other, and leave parameters that are not trained', async () => {
  const graph = new GraphBuilder();
  const rows = graph.input('rows', 'float32', [2, 1]);
  const current = new Map([['w', graph.input('w', 'float32', [1, 1])]]);
  const { tensors } = makeLayout([{ name: 'w', shape: [1], role: 'weight' }]);
  const updates = new SgdUpdates(graph, current, { tensors });
  updates.product('w', rows, rows, 0.5);
  updates.rowSum('w', rows, 2);
  updates.product('frozen', rows, rows, 1);
  expect([...current.keys()]).toEqual(['w']);
  graph.output('next', current.get('w') ?? '', 'float32', [1, 1]);
  const { next } = await run(graph, { rows: tensor([1, 3], [2, 1]), w: tensor([100], [1, 1]) });
  expect(next.values).toEqual([100 + 0.5 * (1 + 9) + (1 + 3)]);
});

test('an integer attribute may be negative', async () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float32', [1, 2]);
  graph.output('y', graph.op('Softmax', [x], { axis: integer(-1) }), 'float32', [1, 2]);
  expect((await run(graph, { x: tensor([1, 1], [1, 2]) })).y.values).toEqual([0.5, 0.5]);
});
