import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/* Python with onnxruntime reads our files as other tools do. It is made once, in the user's cache. */
const environment = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'fedsqueeze', 'python');
/** A Python that has onnxruntime, onnx and numpy already. */
const given = process.env['FEDSQUEEZE_PYTHON'] || undefined;
const python = given ?? join(environment, 'bin', 'python');

const succeeds = (command: string, code: string): boolean =>
  spawnSync(command, ['-c', code], { stdio: 'ignore' }).status === 0;

const run = (command: string, args: readonly string[]): string => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${command} ${args.slice(0, 3).join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
};

const packages = 'import numpy, onnx, onnxruntime';

/** Why there can be no Python here; null where it can be had. */
export const pythonIsMissing = (): string | null => {
  if (given !== undefined || succeeds(python, packages)) return null;
  if (!succeeds('python3', '')) return 'python3 is not installed';
  return succeeds('python3', 'import venv, ensurepip') ? null : 'python3 cannot make environments (python3-venv)';
};

const prepare = (): void => {
  if (given !== undefined || succeeds(python, packages)) return;
  mkdirSync(dirname(environment), { recursive: true });
  run('python3', ['-m', 'venv', environment]);
  run(python, ['-m', 'pip', 'install', '--quiet', 'onnxruntime', 'onnx', 'numpy']);
};

const script = `
import json, sys
${packages}
results = []
for case in json.load(open(sys.argv[1])):
    model = onnx.load(case["model"])
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(case["model"], providers=["CPUExecutionProvider"])
    data = numpy.fromfile(case["input"], dtype="<f4").reshape(case["shape"])
    logits = session.run(["logits"], {"input": data})[0]
    results.append({
        "logits": logits.ravel().tolist(),
        "shape": list(logits.shape),
        "domains": sorted({node.domain for node in model.graph.node} | {one.domain for one in model.opset_import}),
        "initializers": {one.name: list(one.dims) for one in model.graph.initializer},
        "producer": [model.producer_name, model.producer_version],
        "metadata": {one.key: one.value for one in model.metadata_props},
    })
print(json.dumps(results))
`;

export interface PythonCase {
  /** The ONNX file. */
  readonly model: string;
  /** A file of little-endian float32 numbers. */
  readonly input: string;
  /** Of the input. */
  readonly shape: readonly number[];
}

export interface PythonResult {
  readonly logits: readonly number[];
  readonly shape: readonly number[];
  readonly domains: readonly string[];
  /** Their dimensions, by their names. */
  readonly initializers: Readonly<Record<string, readonly number[]>>;
  readonly producer: readonly [name: string, version: string];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Checks ONNX files with the package onnx and runs them with onnxruntime. @param file to write the cases to */
export const runInPython = (cases: readonly PythonCase[], file: string): readonly PythonResult[] => {
  prepare();
  writeFileSync(file, JSON.stringify(cases));
  return JSON.parse(run(python, ['-c', script, file])) as PythonResult[];
};
