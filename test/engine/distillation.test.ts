import { expect, test } from 'vitest';
import { sgd } from '../../shared/engine/engine.js';
import { compileNetwork } from '../../shared/models/compile.js';
import { subjects } from '../conformance/subjects.js';

const softmax = (logits: readonly number[], temperature: number): number[] => {
  const exps = logits.map((z) => Math.exp(z / temperature));
  const sum = exps.reduce((a, b) => a + b);
  return exps.map((value) => value / sum);
};

/** Its logits are its biases, since its input is 0. */
const network = compileNetwork({ name: 'biases', input: [1], layers: [{ kind: 'dense', units: 3 }], classes: 3 });

test.each(subjects.map((subject) => [subject.title, subject] as const))(
  '%s: a logit’s gradient of the distillation loss is τ · (softmax(student / τ) − softmax(teacher / τ))',
  async (_title, { open }) => {
    const engine = await open();
    const data = await engine.load({ count: 1, inputs: new Float32Array(1), labels: new Uint8Array(1) }, [1]);
    const [student, teacher] = [
      [0.5, -1, 2],
      [3, 0.25, -2],
    ];
    for (const temperature of [1, 4, 20]) {
      const loss = { kind: 'distillation', temperature, alpha: 1 } as const;
      const trainer = await engine.compile({ network, batchSize: 1, optimizer: sgd, scale: 1, loss });
      const { parameters } = await trainer.train(data, {
        parameters: Float32Array.of(0, 0, 0, ...student),
        indices: Int32Array.of(0),
        weights: Float32Array.of(1),
        steps: 1,
        learningRate: 1,
        teacher: Float32Array.from(teacher),
      });
      await trainer.dispose();
      const [own, taught] = [softmax(student, temperature), softmax(teacher, temperature)];
      for (const [k, z] of student.entries()) {
        expect(z - parameters[3 + k]).toBeCloseTo(temperature * (own[k] - taught[k]), 5);
      }
    }
  },
);
