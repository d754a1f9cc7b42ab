import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sgd } from '../../shared/engine/engine.js';
import { openOnnxEngine } from '../../shared/engine/onnx/engine.js';
import { exportOnnx } from '../../shared/engine/onnx/export.js';
import { models } from '../../shared/models/catalogue/index.js';
import { compileNetwork } from '../../shared/models/compile.js';
import { initialize } from '../../shared/models/initialize.js';
import type { CompiledNetwork } from '../../shared/models/network.js';
import { bytesOf } from '../../shared/params/parameters.js';
import { makeInputs } from '../conformance/inputs.js';
import { largestDifference } from '../conformance/compare.js';

/* Python with onnxruntime, made once in the user's cache: other tools than ours read the files with it. */
const environment = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'fedsqueeze', 'python');
const python = join(environment, 'bin', 'python');

const hasPython = spawnSync('python3', ['-m', 'venv', '--help'], { stdio: 'ignore' }).status === 0;

const run = (command: string, args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`${command} ${args[0]}: ${stderr}`);
  return stdout;
};

const prepared = (): boolean => spawnSync(python, ['-c', 'import onnxruntime, onnx'], { stdio: 'ignore' }).status === 0;

const prepare = (): void => {
  if (prepared()) return;
  mkdirSync(join(environment, '..'), { recursive: true });
  run('python3', ['-m', 'venv', environment]);
  run(python, ['-m', 'pip', 'install', '--quiet', 'onnxruntime', 'onnx', 'numpy']);
};

const script = `
import json, sys
import numpy, onnx, onnxruntime
results = []
for case in json.load(open(sys.argv[1])):
    model = onnx.load(case["model"])
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(case["model"], providers=["CPUExecutionProvider"])
    data = numpy.fromfile(case["input"], dtype="<f4").reshape(case["shape"])
    logits = session.run(["logits"], {"input": data})[0]
    domains = sorted({node.domain for node in model.graph.node})
    results.append({"logits": logits.ravel().tolist(), "shape": list(logits.shape), "domains": domains,
                    "names": [one.name for one in model.graph.initializer], "producer": model.producer_name})
print(json.dumps(results))
`;

interface Case {
  readonly title: string;
  readonly network: CompiledNetwork;
}

const count = 4;
const classes = 10;

const built = (name: string, inputShape: readonly number[]): Case | null => {
  const model = models.get(name);
  const parsed = model.options.safeParse({});
  if (!parsed.success) return null;
  try {
    return { title: name, network: compileNetwork(model.build({ inputShape, classes }, parsed.data)) };
  } catch {
    return null;
  }
};

const cases = models.all
  .map(({ name }) => built(name, [28, 28, 1]) ?? built(name, [16]))
  .filter((one): one is Case => one !== null);

test('every model of the catalogue that has defaults is exported', () => {
  expect(cases.length).toBeGreaterThanOrEqual(models.all.length - 1);
});

const folder = mkdtempSync(join(tmpdir(), 'fedsqueeze-export-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the engine says of some examples, and the exported file with the same ones as its input. */
const exported = async ({ title, network }: Case) => {
  const { input } = network.network;
  const isText = input.length === 1;
  const scale = isText ? 1 : Math.fround(1 / 255);
  const form = isText ? ({ tokens: classes } as const) : 'bytes';
  const examples = makeInputs({ inputShape: input, classes, form, count });
  const parameters = initialize(network, 3);
  const engine = await openOnnxEngine('plain');
  const trainer = await engine.compile({ network, optimizer: sgd, batchSize: 1, scale });
  const data = await engine.load(examples, input);
  const expected = await trainer.predict(data, parameters.floats, Int32Array.of(0, 1, 2, 3));
  await trainer.dispose();
  const file = join(folder, `${title}.onnx`);
  const model = exportOnnx(network, parameters, { scale });
  writeFileSync(file, model);
  const values = Float32Array.from(examples.inputs, (value) => value * scale);
  writeFileSync(`${file}.input`, bytesOf(values));
  return { expected, file, model, values, shape: [count, ...input] };
};

type Exported = Awaited<ReturnType<typeof exported>>;

describe('an exported model', () => {
  const files = new Map<string, Exported>();
  beforeAll(async () => {
    for (const one of cases) files.set(one.title, await exported(one));
  }, 60_000);

  test.each(cases.map(({ title }) => title))(
    '%s gives the engine’s logits in onnxruntime for Node.js',
    async (title) => {
      const { expected, model, values, shape } = files.get(title)!;
      const session = await ort.InferenceSession.create(model);
      const { logits } = await session.run({ input: new ort.Tensor('float32', values, shape) });
      expect(logits.dims).toEqual([count, classes]);
      expect(largestDifference(expected, logits.data as Float32Array)).toBeLessThan(1e-5);
      await session.release();
    },
  );

  test.skipIf(!hasPython)(
    'is a valid file of ONNX’s own operators, with the same logits in onnxruntime for Python',
    () => {
      prepare();
      const list = [...files.values()].map(({ file, shape }) => ({ model: file, input: `${file}.input`, shape }));
      const path = join(folder, 'cases.json');
      writeFileSync(path, JSON.stringify(list));
      const results = JSON.parse(run(python, ['-c', script, path])) as {
        logits: number[];
        shape: number[];
        domains: string[];
        names: string[];
        producer: string;
      }[];
      expect(results).toHaveLength(cases.length);
      for (const [i, { title, network }] of cases.entries()) {
        const { logits, shape, domains, names, producer } = results[i];
        expect([title, shape, domains, producer]).toEqual([title, [count, classes], [''], 'fedsqueeze']);
        expect(largestDifference(files.get(title)!.expected, logits), title).toBeLessThan(1e-5);
        for (const { name } of network.layout.tensors) expect(names).toContain(name);
      }
      expect(existsSync(python)).toBe(true);
    },
    300_000,
  );
});
