import { beforeAll, describe, expect, test } from 'vitest';
import { compressionSteps } from '../../../shared/compression/index.js';
import { uncompressed, type CompressedModel } from '../../../shared/compression/model.js';
import { runPipeline, type PipelineEvent } from '../../../shared/compression/pipeline.js';
import type { SearchDetails } from '../../../shared/compression/search/details.js';
import { Workbench } from '../../../shared/compression/workbench.js';
import type { Dataset } from '../../../shared/data/dataset.js';
import { openOnnxEngine } from '../../../shared/engine/onnx/engine.js';
import type { Engine } from '../../../shared/engine/engine.js';
import { initialize } from '../../../shared/models/initialize.js';
import { loadModel } from '../../../shared/models/load.js';
import { modelHash } from '../../../shared/params/parameters.js';
import { resolveChoice } from '../../../shared/options/choice.js';
import { refusal } from '../../support/refusal.js';
import { patternDataset } from './patterns.js';

let engine: Engine;

beforeAll(async () => {
  engine = await openOnnxEngine();
});

const dataset = patternDataset();

const original = (of: Dataset): CompressedModel => {
  const network = loadModel({ mlp: { hidden: [64] } }, of);
  return uncompressed(network, initialize(network, 1));
};

const small = {
  blocks: ['separable', 'shift', 'conv'],
  kernelSizes: [3],
  filters: [8, 16],
  repeats: 1,
  stages: 2,
  stem: 8,
  examples: 100,
  batchSize: 10,
  epochs: 1,
};

const run = async (
  written: Record<string, unknown>,
  from = original(dataset),
  of = dataset,
  seed = 1,
  onEvent?: (event: PipelineEvent) => void,
) => {
  const resolved = resolveChoice(compressionSteps, { search: { ...small, ...written } });
  if (!('choice' in resolved)) throw new Error(JSON.stringify(resolved.problems));
  const events: PipelineEvent[] = [];
  const { model, stages } = await runPipeline({
    steps: [{ step: compressionSteps.get('search'), choice: resolved.choice }],
    model: from,
    bench: (hear) => new Workbench({ dataset: of, engine, seed, ...hear }),
    evaluate: (compressed, bench) => bench.evaluate(compressed),
    onEvent: (event) => {
      events.push(event);
      onEvent?.(event);
    },
  });
  return { model, events, found: stages[1], details: stages[1].details as SearchDetails };
};

describe.each([
  ['evolution', { evolution: { trials: 6, population: 3, sample: 2 } }, 6],
  ['halving', { halving: { candidates: 4, factor: 2 } }, 7],
])('a search by %s', (name, strategy, trainings) => {
  test('keeps to its budget, names all trials, trains the best network, and tells how far it is', async () => {
    const { found, details, model, events } = await run({ strategy, maxFlops: 60_000, epochs: 10 });
    expect(details.strategy).toBe(name);
    expect(details.trials.length).toBe(trainings);
    for (const { flops } of details.trials) expect(flops).toBeLessThanOrEqual(60_000);
    const best = Math.max(...details.trials.map(({ accuracy }) => accuracy));
    expect(details.trials.find(({ network }) => network === details.chosen)).toBeDefined();
    expect(details.front.at(-1)).toMatchObject({ network: details.chosen, accuracy: best });
    expect(found.measures.flops).toBe(details.front.at(-1)?.flops);
    expect(model.network.flops).toBe(found.measures.flops);
    expect(found.evaluation.accuracy).toBeGreaterThan(0.9);

    const { phases } = compressionSteps.get('search');
    const places = events.map(({ phase }) => phases.indexOf(phase));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(new Set(places).size).toBe(phases.length);
    const done = events.filter(({ phase }) => phase === 'evaluation').map((event) => event.done);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(done.at(-1)).toBeCloseTo(1, 10);
  });
});

test('a search repeats to the bit, and follows the seed', async () => {
  const strategy = { evolution: { trials: 3, population: 2, sample: 2 } };
  const [one, again, other] = [
    await run({ strategy }),
    await run({ strategy }),
    await run({ strategy }, undefined, dataset, 2),
  ];
  expect(again.details).toEqual(one.details);
  expect(modelHash(again.model.parameters)).toBe(modelHash(one.model.parameters));
  expect(other.details.trials).not.toEqual(one.details.trials);
});

test('training that diverges does not end the search; where all diverge, it says so', async () => {
  const blinding: Dataset = { ...dataset, scale: 1e37 };
  const tried: string[] = [];
  const error = await refusal('engine/diverged', () =>
    run(
      { strategy: { halving: { candidates: 2 } }, normalization: 'none' },
      original(blinding),
      blinding,
      1,
      ({ phase, note = '' }) => {
        if (phase === 'evaluation') tried.push(note);
      },
    ),
  );
  expect(error.message).toContain('every network');
  expect(tried.some((note) => note.includes('network 3 of 3'))).toBe(true);
});

test('a model that was pruned is replaced with a warning', async () => {
  const before = original(dataset);
  const mask = new Float32Array(before.parameters.floats.length).fill(1);
  const { found } = await run({ strategy: { halving: { candidates: 2 } } }, { ...before, mask });
  expect(found.warnings.map(({ code }) => code)).toContain('compression/replaced-model');
});

test('a network no smaller than the model is said to be so', async () => {
  const network = loadModel({ logistic: {} }, dataset);
  const { found } = await run(
    { strategy: { halving: { candidates: 2 } } },
    uncompressed(network, initialize(network, 1)),
  );
  expect(found.warnings.map(({ code }) => code)).toEqual(['compression/not-smaller']);
});

test('texts and impossible budgets are refused', async () => {
  const text: Dataset = { ...dataset, inputShape: [144] };
  await refusal('compression/impossible', () => run({}, original(text), text));
  const error = await refusal('compression/impossible', () => run({ maxFlops: 1000 }));
  expect(error.message).toMatch(/keeps to 1,000 FLOPs: the least are \d+,\d{3} FLOPs and [\d,]+ bytes/);
});
