import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sgd, type Engine } from '../../shared/engine/engine.js';
import { openOnnxEngine } from '../../shared/engine/onnx/engine.js';
import { exportOnnx } from '../../shared/engine/onnx/export.js';
import { sizeOf } from '../../shared/params/layout.js';
import { bytesOf } from '../../shared/params/parameters.js';
import { packageVersion } from '../../shared/util/version.js';
import { largestDifference } from '../conformance/compare.js';
import { catalogueCases, layerCases, type ExportCase } from './support/export-cases.js';
import { pythonIsMissing, runInPython } from './support/python.js';

const folder = mkdtempSync(join(tmpdir(), 'fedsqueeze-export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let engine: Engine;
beforeAll(async () => {
  engine = await openOnnxEngine('fast');
});

/** What the engine says of some examples, and the exported file with the same ones as its input. */
const exported = async ({ network, prepare }: ExportCase) => {
  const { parameters, examples, scale } = await prepare();
  const { input } = network.network;
  const { count } = examples;
  const trainer = await engine.compile({ network, optimizer: sgd, batchSize: 1, scale });
  const data = await engine.load(examples, input);
  const expected = await trainer.predict(
    data,
    parameters,
    Int32Array.from({ length: count }, (_, i) => i),
  );
  await trainer.dispose();
  const values = Float32Array.from(examples.inputs, (value) => value * scale);
  return {
    expected,
    values,
    model: exportOnnx(network, { floats: parameters }, { scale }),
    shape: [count, ...input],
    scale,
  };
};

const inNode = async ({ model, values, shape }: Awaited<ReturnType<typeof exported>>) => {
  const session = await ort.InferenceSession.create(model);
  const { logits } = await session.run({ input: new ort.Tensor('float32', values, shape) });
  await session.release();
  return logits;
};

const inFiles = ({ model, values, shape }: Awaited<ReturnType<typeof exported>>, at: number) => {
  const [file, input] = [join(folder, `${at}.onnx`), join(folder, `${at}.input`)];
  writeFileSync(file, model);
  writeFileSync(input, bytesOf(values));
  return { model: file, input, shape };
};

describe.each([
  ['models of the catalogue', catalogueCases],
  ['layers', layerCases],
] as const)('exported %s', (_title, cases) => {
  const results: Awaited<ReturnType<typeof exported>>[] = [];
  beforeAll(async () => {
    for (const one of cases) results.push(await exported(one));
  }, 120_000);

  test.each(cases.map(({ title, network }, at) => [title, at, network] as const))(
    '%s: the engine’s logits in onnxruntime for Node.js',
    async (_title, at, { network: { classes } }) => {
      const { expected, shape } = results[at];
      const logits = await inNode(results[at]);
      expect(logits.dims).toEqual([shape[0], classes]);
      expect(largestDifference(expected, logits.data as Float32Array)).toBeLessThan(1e-5);
    },
  );

  test('are valid files of ONNX’s own operators, with the engine’s logits in onnxruntime for Python', (context) => {
    const missing = pythonIsMissing();
    if (missing !== null) return context.skip(missing);
    const answers = runInPython(results.map(inFiles), join(folder, 'cases.json'));
    expect(answers).toHaveLength(cases.length);
    cases.forEach(({ title, network: { network, layout } }, at) => {
      const { logits, shape, domains, producer, initializers, metadata } = answers[at];
      const { expected, shape: given, scale } = results[at];
      expect([title, shape, domains], title).toEqual([title, [given[0], network.classes], ['']]);
      expect(producer).toEqual(['fedsqueeze', packageVersion]);
      expect(metadata).toMatchObject({ network: network.name, layout: layout.id, scale: String(scale) });
      expect(largestDifference(expected, logits), title).toBeLessThan(1e-5);
      for (const { name, size } of layout.tensors) expect(sizeOf(initializers[name]), `${title}: ${name}`).toBe(size);
    });
  }, 300_000);
});
