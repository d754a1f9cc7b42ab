import { expect, test } from 'vitest';
import { loadModel } from '../../shared/models/load.js';
import { checkMemory, leastMemory } from '../../shared/scenario/memory.js';
import { refusal } from './helpers.js';

const network = loadModel({ mlp: { hidden: [1000] } }, { inputShape: [28, 28, 1], classes: 10 });
const bytes = 4 * (784 * 1000 + 1000 + 1000 * 10 + 10);

test('a run needs more with each host', () => {
  expect(leastMemory(network, 0)).toBe(7 * bytes);
  expect(leastMemory(network, 1)).toBe(13 * bytes);
  expect(leastMemory(network, 4)).toBe(31 * bytes);
});

test('a model that fits is taken, one byte less and it is refused', () => {
  expect(() => checkMemory(network, 2)).not.toThrow();
  expect(() => checkMemory(network, 2, 19 * bytes)).not.toThrow();
  expect(refusal(() => checkMemory(network, 2, 19 * bytes - 1))).toBe(
    "The network 'mlp' has 795010 parameters: a run with 2 hosts needs at least 60.4 MB, and there are 60.4 MB. Take a smaller model, or fewer hosts with --hosts. [model/too-large]",
  );
  expect(refusal(() => checkMemory(network, 1, 1e6))).toContain(
    'a run with 1 host needs at least 41.3 MB, and there are 1.0 MB',
  );
});
