import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadDataset } from '../../shared/data/load.js';
import { cli } from './support/cli.js';
import { summaryOf } from './support/run-folder.js';
import { makeWorkspace } from './support/workspace.js';

const workspace = makeWorkspace();
const { marker } = workspace;

describe('fedsqueeze export', () => {
  const run = workspace.fresh('run');
  beforeAll(async () => {
    const scenario = workspace.scenario('trained', {});
    const ended = await cli(['run', scenario, '--no-report', '--out', run, '--hosts', '1'], { marker });
    expect(ended.code, ended.stderr).toBe(0);
  });

  test('writes model.onnx into the run’s folder, or where it is told, and prints where', async () => {
    const ended = await cli(['export', run], { marker });
    expect([ended.code, ended.stdout.trim()]).toEqual([0, join(run, 'model.onnx')]);
    const other = join(workspace.fresh('new folder'), 'inner', 'elsewhere.onnx');
    const elsewhere = await cli(['export', run, '--out', other], { marker });
    expect([elsewhere.code, elsewhere.stdout.trim()]).toEqual([0, other]);
    expect(readFileSync(other)).toEqual(readFileSync(join(run, 'model.onnx')));
  });

  test('the file has the accuracy that the run ended with', async () => {
    const file = join(workspace.folder, 'judged.onnx');
    expect((await cli(['export', run, '--out', file], { marker })).code).toBe(0);
    const { test: examples, inputShape, scale, classes } = await loadDataset({ name: 'idx', folder: workspace.data });
    const session = await ort.InferenceSession.create(file);
    const scaled = Float32Array.from(examples.inputs, (value) => value * scale);
    const input = new ort.Tensor('float32', scaled, [examples.count, ...inputShape]);
    const { data, dims } = (await session.run({ input }))['logits'];
    await session.release();
    expect(dims).toEqual([examples.count, classes]);
    const right = examples.labels.filter((label, i) => {
      const row = (data as Float32Array).subarray(i * classes, (i + 1) * classes);
      return row.indexOf(Math.max(...row)) === label;
    });
    const { accuracy } = summaryOf(run);
    expect(accuracy).toBeGreaterThan(0.5);
    expect(right.length / examples.count).toBeCloseTo(accuracy!, 10);
  });

  test('what cannot be done is refused in one paragraph, and leaves nothing behind', async () => {
    const empty = workspace.fresh('empty');
    mkdirSync(empty);
    const cut = workspace.fresh('cut');
    mkdirSync(cut);
    writeFileSync(join(cut, 'scenario.yaml'), readFileSync(join(run, 'scenario.yaml')));
    writeFileSync(join(cut, 'model.fsq'), readFileSync(join(run, 'model.fsq')).subarray(0, 200));
    const before = readdirSync(workspace.folder);
    const refused = [
      [[empty], 'run/no-model', empty],
      [[join(empty, 'nothing')], 'run/no-model', empty],
      [[cut], 'params/bad-file', 'model.fsq'],
      [[run, '--out', empty], 'argument/invalid', empty],
      [[run, '--out', join(run, 'model.fsq', 'x.onnx')], 'argument/invalid', 'x.onnx'],
      [[run, '--out', ''], 'argument/invalid', '--out'],
    ] as const;
    for (const [args, code, where] of refused) {
      const ended = await cli(['export', ...args], { marker });
      expect([args, ended.code], ended.stderr).toEqual([args, 2]);
      expect(ended.stderr).toContain(`[${code}]`);
      expect(ended.stderr).toContain(where);
      expect(ended.stderr.trim()).not.toContain('\n');
    }
    expect(readdirSync(workspace.folder)).toEqual(before);
    expect(readdirSync(cut).sort()).toEqual(['model.fsq', 'scenario.yaml']);
  });
});
