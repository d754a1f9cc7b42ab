import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { executeWhole } from '../../cli/compress-after.js';
import { compressModel } from '../../cli/compress-model.js';
import { compressRun, type CompressOptions } from '../../cli/compress-run.js';
import { holdFolder } from '../../cli/hold-folder.js';
import { PipelineStatus } from '../../cli/pipeline-status.js';
import { loadRunModel } from '../../cli/run-model.js';
import { StatusLine } from '../../cli/status.js';
import { decodeCompact } from '../../shared/compression/storage/compact-file.js';
import type { CompressionFile } from '../../shared/runlog/compression-file.js';
import { loadPipeline } from '../../shared/scenario/pipeline-file.js';
import { loadScenario } from '../../shared/scenario/load.js';
import { CodedError } from '../../shared/util/errors.js';
import { refusal } from '../support/refusal.js';
import { cli, start } from './support/cli.js';
import { processesOf, signalTo } from './support/processes.js';
import { summaryOf } from './support/run-folder.js';
import { makeWorkspace } from './support/workspace.js';

const workspace = makeWorkspace();
const { marker } = workspace;

const short = { magnitude: { sparsity: 0.8, steps: 2, epochs: 1 } };
/** Takes minutes. */
const long = { finetune: { epochs: 1000, batchSize: 1, learningRate: 0.001 } };

const compressionIn = (folder: string): CompressionFile =>
  JSON.parse(readFileSync(join(folder, 'compression.json'), 'utf8')) as CompressionFile;

const runScenario = (scenario: string, folder: string, ...more: string[]) =>
  cli(['run', scenario, '--out', folder, '--hosts', '1', ...more], { marker });

describe('a run whose scenario compresses the model after the last round', () => {
  const scenario = workspace.scenario('after', {
    rounds: 2,
    modelCompression: {
      during: [{ magnitude: { sparsity: 0.3, start: 1, end: 1 } }],
      after: [{ finetune: 1 }, short, { finetune: 3 }],
    },
  });
  const whole = workspace.fresh('whole');

  beforeAll(async () => {
    const ended = await runScenario(scenario, whole, '--no-report');
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stdout).toMatch(/^magnitude +[\d.]+ % +[\d.]+ kB +[\d.]+×/m);
    expect(ended.stderr).toContain('magnitude: prune (2 of 3)');
  });

  test('has its sizes, FLOPs and accuracy in summary.json, and the model beside it', () => {
    const { modelCompression, accuracy, exit } = summaryOf(whole);
    expect(exit).toBe('done');
    const [original, before, pruned, tuned] = modelCompression!.stages;
    const names = modelCompression!.stages.map(({ name }) => name);
    expect(names).toEqual(['original', 'finetune', 'magnitude', 'finetune 2']);
    // What went while the federation trained stays away, also in training after it.
    expect(original.nonzero).toBe(26 + 1760 - Math.round(0.3 * 1760));
    expect(before.nonzero).toBe(original.nonzero);
    expect(original.accuracy).toBeCloseTo(accuracy!, 10);
    expect(original.parameters).toBe(100 * 16 + 16 + 16 * 10 + 10);
    expect(pruned.nonzero).toBeLessThanOrEqual(26 + Math.round(0.2 * 1760));
    expect(pruned.ratio).toBe((4 * original.parameters) / pruned.storedBytes);
    expect(pruned.effectiveFlops).toBeLessThan(0.5 * pruned.flops);
    const folder = join(whole, 'compressed');
    expect(readdirSync(folder).toSorted()).toEqual(['compression.json', 'model.fsc', 'model.onnx']);
    expect(compressionIn(folder)).toMatchObject({
      v: 1,
      exit: 'done',
      steps: [{ finetune: { epochs: 1 } }, short, { finetune: { epochs: 3 } }],
    });
    const model = readFileSync(join(folder, 'model.fsc'));
    expect(model.length).toBe(tuned.storedBytes);
    expect(decodeCompact(model, 'm').network.network.name).toBe('mlp');
  });

  test('is done: resume has nothing to do', async () => {
    const ended = await cli(['resume', whole], { marker });
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('nothing is left to do')]);
    expect(ended.stdout).toMatch(/^finetune +[\d.]+ %/m);
  });

  test('one process compresses it at a time', async () => {
    const folder = workspace.fresh('held');
    cpSync(whole, folder, { recursive: true });
    const { modelCompression: _, ...trained } = summaryOf(whole);
    writeFileSync(join(folder, 'summary.json'), JSON.stringify(trained));
    const { scenario: loaded } = await loadScenario(join(folder, 'scenario.yaml'));
    const release = await holdFolder(folder);
    const { signal: abort } = new AbortController();
    const status = new StatusLine();
    await refusal('run/folder-in-use', () =>
      executeWhole({ scenario: loaded, folder, resume: true, hosts: 1, status, verbose: false, abort }),
    );
    release();
  });

  test('interrupted while it compresses, it goes on after the last step that was done', async () => {
    const folder = workspace.fresh('cut');
    const slow = workspace.scenario('slow', { rounds: 2, modelCompression: { after: [short, long] } });
    const running = start(['run', slow, '--out', folder, '--hosts', '1', '--no-report'], { marker, group: true });
    await running.says(/finetune: fine-tune/);
    signalTo(-running.pid, 'SIGINT');
    const cut = await running.ended;
    expect([cut.code, cut.stdout]).toEqual([130, expect.stringContaining(`fedsqueeze resume ${folder}`)]);
    const results = join(folder, 'compressed');
    expect(compressionIn(results)).toMatchObject({
      exit: 'interrupted',
      stages: [{ name: 'original' }, { name: 'magnitude' }],
    });
    expect(summaryOf(folder).modelCompression).toBeUndefined();

    const again = start(['resume', folder, '--no-report'], { marker, group: true });
    await again.says(/finetune: fine-tune/);
    signalTo(-again.pid, 'SIGINT');
    const twice = await again.ended;
    expect(twice.code).toBe(130);
    // What was done is not done again, the rounds neither.
    expect(twice.stderr).not.toMatch(/magnitude: prune|round 1/);
    expect(twice.stderr).toContain('going on with the compression');
    expect(processesOf(marker)).toEqual([]);
  });

  test('after a stop between two steps the rest gives the bytes that it would have given', async () => {
    const cutFolder = workspace.fresh('killed');
    const running = start(['run', scenario, '--out', cutFolder, '--hosts', '1', '--no-report'], {
      marker,
      group: true,
    });
    await running.says(/^magnitude: accuracy[^]*finetune: fine-tune/m);
    signalTo(-running.pid, 'SIGKILL');
    await running.ended;
    const resumed = await cli(['resume', cutFolder, '--no-report'], { marker });
    expect(resumed.code, resumed.stderr).toBe(0);
    const bytes = (of: string): Buffer => readFileSync(join(of, 'compressed', 'model.fsc'));
    expect(bytes(cutFolder)).toEqual(bytes(whole));
    expect(summaryOf(cutFolder).modelCompression).toEqual(summaryOf(whole).modelCompression);
    expect(existsSync(join(cutFolder, 'compressed', 'checkpoint.fsq'))).toBe(false);
  });
});

describe('fedsqueeze compress', () => {
  const run = workspace.fresh('run');
  let pipelines = 0;
  const pipeline = (text: string): string => {
    const file = join(workspace.folder, `pipeline-${++pipelines}.yaml`);
    writeFileSync(file, text);
    return file;
  };

  beforeAll(async () => {
    const ended = await runScenario(workspace.scenario('plain', { rounds: 1 }), run, '--no-report');
    expect(ended.code, ended.stderr).toBe(0);
  });

  test('makes a folder with files and a report', async () => {
    const file = pipeline(`- magnitude: { sparsity: 0.5, steps: 1, epochs: 0 }\n`);
    const ended = await cli(['compress', run, '--pipeline', file], { marker });
    expect(ended.code, ended.stderr).toBe(0);
    const folder = join(run, 'compressed');
    expect(ended.stdout).toContain(`folder   ${folder}`);
    expect(ended.stdout).toMatch(/^speed +[\d.]+×: [\d,]+ became [\d,]+ examples a second/m);
    expect(compressionIn(folder).measured!.speed!.after.secondsPerExample).toBeGreaterThan(0);
    expect(readdirSync(folder).toSorted()).toEqual([
      'compression.json',
      'model.fsc',
      'model.onnx',
      'plots',
      'report.html',
      'tables',
    ]);
    expect(readdirSync(join(folder, 'plots')).filter((name) => name.endsWith('.png'))).toHaveLength(6);
    const report = await cli(['report', folder, '--format', 'html'], { marker });
    expect([report.code, report.stdout.trim()]).toEqual([0, join(folder, 'report.html')]);
  });

  test('stays done where no page can be written', async () => {
    const folder = workspace.fresh('no-page');
    mkdirSync(join(folder, 'report.html'), { recursive: true });
    const { steps } = await loadPipeline(pipeline('- magnitude: { sparsity: 0.5, steps: 1, epochs: 0 }\n'));
    const { signal: abort } = new AbortController();
    const options = { steps, seed: 1, folder, abort, status: new PipelineStatus(), report: true };
    await expect(compressModel({ run: await loadRunModel(run), ...options })).rejects.toThrow('EISDIR');
    expect(compressionIn(folder)).toMatchObject({ exit: 'done', measured: { speed: {} } });
  });

  test('says of a run that is not done which model it takes', async () => {
    const unfinished = workspace.fresh('unfinished');
    cpSync(run, unfinished, { recursive: true });
    writeFileSync(join(unfinished, 'summary.json'), JSON.stringify({ ...summaryOf(run), exit: 'interrupted' }));
    const file = pipeline('- magnitude: { sparsity: 0.5, steps: 1, epochs: 0 }\n');
    const out = workspace.fresh('of-unfinished');
    const { code, stderr } = await cli(['compress', unfinished, '--pipeline', file, '--out', out, '--no-report'], {
      marker,
    });
    expect([code, stderr]).toEqual([0, expect.stringContaining('is its model after round 1.')]);
  });

  test('Ctrl-C ends it with 130; what was done can be read', async () => {
    const out = workspace.fresh('stopped');
    const file = pipeline(JSON.stringify([short, long]));
    const running = start(['compress', run, '--pipeline', file, '--out', out], { marker, group: true });
    await running.says(/finetune: fine-tune/);
    signalTo(-running.pid, 'SIGINT');
    const { code, stderr } = await running.ended;
    expect([code, stderr]).toEqual([130, expect.stringContaining('[run/interrupted]')]);
    expect(compressionIn(out).exit).toBe('interrupted');
    expect(compressionIn(out).stages.map(({ name }) => name)).toEqual(['original', 'magnitude']);
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('It was interrupted after 1 of 2 steps.');
    expect(processesOf(marker)).toEqual([]);
  });

  test('the same command goes on after Ctrl-C and SIGKILL, to the same bytes; other pipelines take other folders', async () => {
    const own = workspace.fresh('goes-on');
    cpSync(run, own, { recursive: true, filter: (from) => !from.includes('compressed') });
    const text = JSON.stringify([short, { finetune: { epochs: 15, batchSize: 1 } }]);
    const command = ['compress', own, '--pipeline', pipeline(text), '--no-report'];
    const running = start(command, { marker, group: true });
    await running.says(/finetune: fine-tune/);
    signalTo(-running.pid, 'SIGINT');
    const cut = await running.ended;
    expect([cut.code, cut.stdout]).toEqual([130, expect.stringContaining('The same command goes on')]);
    const folder = join(own, 'compressed');
    expect(compressionIn(folder).exit).toBe('interrupted');
    const resumed = await cli(['resume', folder], { marker });
    expect(resumed.stderr).toContain('goes on when it is given again');

    const other = await cli(['compress', own, '--pipeline', pipeline(JSON.stringify([short])), '--no-report'], {
      marker,
    });
    expect(other.stdout).toContain(`folder   ${folder}-2`);
    const asked = await cli(['compress', own, '--pipeline', pipeline('[ptq]'), '--out', folder], { marker });
    expect(asked.stderr).toMatch(/same steps, same seed, same model\. \[run\/folder-in-use\]/);

    const killed = start(command, { marker, group: true });
    await killed.says(/finetune: fine-tune/);
    signalTo(-killed.pid, 'SIGKILL');
    await killed.ended;
    const again = await cli(command, { marker });
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining(`folder   ${folder}\n`)]);
    expect(again.stderr).toContain(`Going on in ${folder}`);
    expect(again.stderr).not.toContain('magnitude: prune');
    expect(compressionIn(folder)).toMatchObject({ exit: 'done', stages: { length: 3 } });
    const whole = await cli([...command, '--out', join(own, 'whole')], { marker });
    expect(whole.code, whole.stderr).toBe(0);
    const bytes = (of: string): Buffer => readFileSync(join(of, 'model.fsc'));
    expect(bytes(folder)).toEqual(bytes(join(own, 'whole')));
  }, 120_000);

  test('what cannot be done is refused in one paragraph, with its place', async () => {
    const empty = workspace.fresh('empty');
    mkdirSync(empty);
    const sweep = workspace.fresh('sweep');
    mkdirSync(sweep);
    writeFileSync(join(sweep, 'sweep.json'), '{}');
    const fine = pipeline('- magnitude');
    const bad = (text: string) => ({ pipeline: pipeline(text) });
    const refused: [string, Partial<CompressOptions> & { pipeline: string }, string][] = [
      ['run/no-model', { folder: empty, pipeline: fine }, empty],
      ['run/no-model', { folder: sweep, pipeline: fine }, 'points/NAME'],
      ['run/bad-folder', { pipeline: fine, out: join(fine, 'x') }, fine],
      ['run/folder-in-use', { pipeline: fine, out: run }, run],
      ['scenario/not-found', { pipeline: join(empty, 'no.yaml') }, 'no.yaml'],
      ['scenario/bad-value', bad(''), `pipeline-${pipelines}.yaml`],
      ['scenario/bad-value', bad('steps: []\n'), `pipeline-${pipelines}.yaml:1:8`],
      ['scenario/unknown-name', bad('steps:\n  - magnitude\n  - magnitud\n'), ':3:5'],
      ['scenario/bad-value', bad('steps:\n  - magnitude:\n      steps: 2\n      sparsity: 1\n'), ':4:17'],
      ['scenario/unknown-key', bad('- magnitude: { sparsety: 0.5 }\n'), ':1:16'],
      [
        'scenario/bad-setting',
        { pipeline: fine, settings: ['steps.0.magnitude.sparsity=2'] },
        'steps.0.magnitude.sparsity',
      ],
    ];
    const before = readdirSync(run);
    for (const [code, { folder = run, out, ...options }, where] of refused) {
      const error = await compressRun({ folder, out, settings: [], report: false, ...options }).catch(
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof CodedError)) throw new Error(`${code} was not refused`, { cause: error });
      expect([error.code, error.exitCode]).toEqual([code, 2]);
      expect(error.describe()).toContain(where);
    }
    expect(readdirSync(run)).toEqual(before);
  });
});
