import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import type { Engine } from '../../shared/engine/engine.js';
import { compileNetwork } from '../../shared/models/compile.js';
import { count, imageNetwork, ruleCase, type RuleCase } from '../conformance/cases/rule-case.js';
import { makeInputs } from '../conformance/inputs.js';
import { subjects } from '../conformance/subjects.js';

/* `npm run soak:engines` runs this file with FEDSQUEEZE_SOAK=1: more calls, and a larger network too. */
const isSoak = process.env['FEDSQUEEZE_SOAK'] === '1';
const minutes = 60_000;

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** MiB of the process, without what is only waiting to be collected. */
const memory = async (): Promise<number> => {
  for (let i = 0; i < 2; i++) {
    collectGarbage();
    // Native memory is given back by finalizers, which run later.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().rss / 2 ** 20;
};

const blocks = 5;

/** MiB a load may leave behind: a session of the runtime that is never released is some tenth. */
const mostPerLoad = isSoak ? 0.05 : 0.2;

/**
 * How much memory grows over repeated work, in MiB: the median of equal parts times their number. What is lost in every
 * call grows in every part; heaps and caches that find their size do so in one or two.
 */
const growth = async (work: () => Promise<void>, times: number): Promise<number> => {
  const grown: number[] = [];
  let before = Number.NaN;
  for (let block = 0; block <= blocks; block++) {
    for (let i = 0; i < times / blocks; i++) await work();
    const now = await memory();
    if (block > 0) grown.push(now - before);
    before = now;
  }
  return blocks * grown.sort((a, b) => a - b)[Math.floor(blocks / 2)];
};

const load = (engine: Engine, { network: { network }, form }: RuleCase) =>
  engine.load(makeInputs({ inputShape: network.input, classes: network.classes, form, count }), network.input);

/** Its parameters take 35 KiB: what is kept of them in every call shows. */
const wideNetwork = compileNetwork({
  name: 'wide',
  input: [64],
  layers: [
    { kind: 'dense', units: 128, activation: 'relu' },
    { kind: 'dense', name: 'logits', units: 3 },
  ],
  classes: 3,
});

const dense = ruleCase('memory', wideNetwork, { sizes: [5] });
const image = ruleCase('memory', imageNetwork, { sizes: [5, 3] });
const momentum = { kind: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 } as const;
const richer = ruleCase('memory with hooks', imageNetwork, {
  spec: { optimizer: momentum, hooks: ['proximal', 'correction', 'mask'], clipNorm: 1 },
});

describe.each(subjects.map((subject) => [subject.title, subject] as const))(
  'memory stays flat, %s',
  (title, { open }) => {
    const calls = isSoak ? 10_000 : title === 'tfjs' ? 300 : 1000;
    const loads = isSoak ? 100 : 30;

    test.each((isSoak ? [dense, image, richer] : [dense]).map((one) => [one.title, one] as const))(
      `over ${calls} trainings, %s`,
      async (_title, one) => {
        const engine = await open();
        const data = await load(engine, one);
        const trainer = await engine.compile(one.spec);
        let done = 0;
        const grown = await growth(async () => {
          await trainer.train(data, one.task);
          if (done++ % 10 === 0) await trainer.evaluate(data, one.task.parameters);
        }, calls);
        await trainer.dispose();
        // A leak of one parameter vector a call would be 10 MiB or more.
        expect(grown).toBeLessThan(isSoak ? 16 : 8);
      },
      30 * minutes,
    );

    test.each([dense, image].map((one) => [one.title, one] as const))(
      `over ${loads} loads of a model, %s`,
      async (_title, one) => {
        const engine = await open();
        const data = await load(engine, one);
        const grown = await growth(async () => {
          const trainer = await engine.compile(one.spec);
          await trainer.train(data, one.task);
          await trainer.evaluate(data, one.task.parameters);
          await trainer.dispose();
        }, loads);
        expect(grown / loads).toBeLessThan(mostPerLoad);
      },
      30 * minutes,
    );
  },
);
