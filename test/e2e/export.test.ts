import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { cli } from './support/cli.js';
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
    expect(statSync(join(run, 'model.onnx')).size).toBeGreaterThan(1000);
    const other = join(workspace.fresh('other'), '..', 'elsewhere.onnx');
    expect((await cli(['export', run, '--out', other], { marker })).code).toBe(0);
    expect(existsSync(other)).toBe(true);
  });

  test('a folder without a model is refused in one paragraph', async () => {
    const empty = workspace.fresh('empty');
    mkdirSync(empty, { recursive: true });
    const ended = await cli(['export', empty], { marker });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('run/no-model');
    expect(ended.stderr).not.toContain(' at ');
  });
});
