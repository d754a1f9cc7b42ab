import { test } from 'vitest';
import { sgd, type Optimizer } from '../shared/engine/engine.js';
import { openOnnxEngine } from '../shared/engine/onnx/engine.js';
import { models } from '../shared/models/catalogue/index.js';
import { compileNetwork } from '../shared/models/compile.js';
import { initialize } from '../shared/models/initialize.js';
import { makeBatches, makeInputs, scaleOf } from './conformance/inputs.js';
import { relativeDifference } from './conformance/compare.js';
const opts: [string, Optimizer, number[], number][] = [
  ['sgd', sgd, [6, 6, 6, 4, 6, 6, 6, 6, 6, 3], 1e-4],
  ['mom', { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0 }, [6,6,5], 1e-3],
  ['adam', { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-3, weightDecay: 0 }, [6,6,5], 1e-3],
];
test('x', async () => {
  const plain = await openOnnxEngine('plain');
  for (const name of ['mobilenetv1', 'mobilenetv2', 'shufflenet', 'shiftnet'])
  for (const side of [16, 12, 8]) {
    const inputShape = [side, side, 1];
    const m = models.get(name);
    const network = compileNetwork(m.build({ inputShape, classes: 10 }, m.options.parse({ width: 0.25 })));
    const count = 60;
    const ex = makeInputs({ inputShape, classes: 10, form: 'bytes', count });
    const line: string[] = [];
    const ts = await Promise.all(opts.map(([, optimizer]) => plain.compile({ network, optimizer, batchSize: 6, scale: scaleOf('bytes') })));
    const d = await plain.load(ex, inputShape);
    for (let seed = 1; seed <= 12; seed++) {
      let bad = 0;
      const vals = [];
      for (const [k, [, , sizes, tol]] of opts.entries()) {
        const task = { ...makeBatches({ parameters: initialize(network, seed).floats, batchSize: 6, sizes, learningRate: 0.01, count }), seed: 9 };
        const base = await ts[k].train(d, task);
        let most = 0;
        for (const period of [2, 3, 5]) {
          const nudged = task.parameters.map((v, i) => v * (1 + (i % period === 0 ? 2 ** -22 : -(2 ** -22))));
          const moved = await ts[k].train(d, { ...task, parameters: nudged });
          most = Math.max(most, relativeDifference(network, task.parameters, base.parameters, moved.parameters, 2 * task.steps));
        }
        vals.push(most.toExponential(0));
        if (most > tol) bad++;
      }
      line.push(`${seed}:${bad}[${vals.join(' ')}]`);
    }
    for (const t of ts) await t.dispose();
    console.log(name, side, network.layout.floats, line.join('  '));
  }
}, 600000);
