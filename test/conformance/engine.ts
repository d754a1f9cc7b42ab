import { describe } from 'vitest';
import type { Engine } from '../../shared/engine/engine.js';
import { edgeContract } from './contract/edges.js';
import { evaluationContract } from './contract/evaluation.js';
import { featureContract } from './contract/features.js';
import { openFixture } from './contract/fixture.js';
import { refusalContract } from './contract/refusals.js';
import { seedContract } from './contract/seeds.js';
import { trainingContract } from './contract/training.js';

/** What every engine keeps, whatever the network; `layers.ts` and `rules.ts` have the networks and the ways to train. */
export const engineConformance = (title: string, open: () => Promise<Engine>): void => {
  describe(title, () => {
    const fixture = openFixture(open);
    trainingContract(fixture);
    evaluationContract(fixture);
    refusalContract(fixture);
    featureContract(fixture);
    edgeContract(fixture);
    seedContract(fixture);
  });
};
