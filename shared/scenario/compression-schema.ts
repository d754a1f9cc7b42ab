import { z } from 'zod';
import { federatedCompression } from '../compression/during/index.js';
import { methods } from '../method/index.js';
import { choiceOf } from '../options/choice.js';
import type { Problem } from '../options/problem.js';
import { pipelineSteps } from './pipeline-steps.js';
import type { Scenario } from './scenario.js';

export const modelCompression = z
  .strictObject({
    during: z
      .array(choiceOf(federatedCompression, 'One method of model compression.'))
      .max(8)
      .prefault([])
      .describe('Methods that work while the federation trains; an empty list: none.'),
    after: pipelineSteps
      .prefault([])
      .describe('Steps that are applied to the model after the last round, one after the other; an empty list: none.'),
  })
  .describe('How the model is made smaller: while it is trained, and after.');

const conflict = (path: Problem['path'], message: string, hint: string): Problem => ({
  path,
  code: 'scenario/conflict',
  message,
  hint,
});

/** Where each method that prunes stands in the list, with its name and its schedule's last round. */
const prunersOf = ({ modelCompression: { during } }: Scenario) =>
  during.flatMap((choice, index) => {
    const [plugIn, options] = federatedCompression.chosen(choice);
    const { pruner } = plugIn.create(options);
    return pruner === undefined ? [] : [{ index, name: plugIn.name, end: pruner.schedule.end }];
  });

/** What pruning asks of how the model travels: 0 must mean a pruned weight on both sides, and only differences of weights have numbers to leave out. */
const pathConflicts = ({ downlink, method }: Scenario): Problem[] => {
  const [{ name, sendsWeights = false }] = methods.chosen(method);
  const found: Problem[] = [];
  if (!sendsWeights) {
    const fitting = methods.all.filter((plugIn) => plugIn.sendsWeights === true).map((plugIn) => plugIn.name);
    const message = `is ${name}, whose updates are no differences of weights, so pruned weights can't be left out of them.`;
    found.push(conflict(['method'], message, `Write method: ${fitting.join(' or ')}, or prune after the run.`));
  }
  if (downlink.lattice !== null) {
    const message = `is ${downlink.lattice}, but weights are pruned, and a pruned weight can't travel in a sum of changes.`;
    found.push(conflict(['downlink', 'lattice'], message, 'Leave lattice out, or prune after the run.'));
  }
  if (downlink.send === 'model' && downlink.stages.length > 0) {
    const message = 'is model, through stages that may make other weights 0 than those that are pruned.';
    found.push(conflict(['downlink', 'send'], message, "Write 'send: delta', or downlink: none."));
  }
  return found;
};

/** What methods that prune ask of the rest of a scenario. */
export const pruningConflicts = (scenario: Scenario): Problem[] => {
  const [first, ...others] = prunersOf(scenario);
  if (first === undefined) return [];
  const found = pathConflicts(scenario);
  for (const { index, name } of others) {
    const message = `is ${name}, but ${first.name} prunes already.`;
    found.push(conflict(['modelCompression', 'during', index], message, 'Prune by one method.'));
  }
  if (first.end > scenario.rounds) {
    const message = `is ${first.end}, after the last of ${scenario.rounds} rounds, so the sparsity is never reached.`;
    const path = ['modelCompression', 'during', first.index, first.name, 'end'];
    found.push(conflict(path, message, `It must be at most ${scenario.rounds}.`));
  }
  return found;
};
