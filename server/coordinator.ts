import { mkdir } from 'node:fs/promises';
import { modelHash } from '../shared/params/parameters.js';
import type { Summary } from '../shared/runlog/records.js';
import { CodedError } from '../shared/util/errors.js';
import { emptiedLayers, pruningRecord } from './pruning-record.js';
import { openRun, type RunOptions } from './run.js';
import { gatherRound } from './round.js';
import { commitRound, levelsOf } from './run-state.js';
import { uniformCohort } from './select/uniform.js';

/** Ends a round that is under way: the user, or the loss of the last host. */
const endOf = ({ abort, allHostsGone }: RunOptions): AbortSignal => {
  const lost = new AbortController();
  allHostsGone?.addEventListener('abort', () =>
    lost.abort(new CodedError('host/none-left', 'Every host is gone.', { hint: 'The run folder’s run.log says why.' })),
  );
  return AbortSignal.any([abort, lost.signal]);
};

const emptied = (layer: string): string =>
  `every weight of the layer '${layer}' is pruned: what it gives no longer depends on the input`;

/**
 * Runs a federation: select → send → gather → aggregate → evaluate → record, round after round. Interrupted, it ends
 * with a checkpoint from which it goes on to the same model.
 * @returns what stands in `summary.json`
 * @throws CodedError when the run can't start or can't go on
 */
export const runFederation = async (options: RunOptions): Promise<Summary> => {
  const { scenario, abort, folder } = options;
  await mkdir(folder, { recursive: true });
  const run = await openRun(options);
  const ends = endOf(options);
  const { state, journal } = run;
  try {
    // Until the hosts are there nothing has begun that a summary could tell of.
    await run.ready(ends);
  } catch (error) {
    await run.stop();
    throw error;
  }
  try {
    while (state.round < scenario.rounds && !state.stopped) {
      ends.throwIfAborted();
      const round = state.round + 1;
      const { total, perRound } = scenario.clients;

      const cohort = uniformCohort(scenario.seed, round, total, perRound);
      const outcome = await gatherRound(
        { round, cohort, levels: levelsOf(state, cohort, run.roundOptions.prepared), state: state.server },
        ends,
        run.roundOptions,
      );
      const before = state.downlink.model;
      const link = outcome.change === null ? [] : state.downlink.advance(outcome.change);
      await commitRound(state, round, outcome, scenario);

      await run.evaluated();
      const { model } = state.downlink;
      const { prepared } = run.roundOptions;
      for (const layer of emptiedLayers(prepared, before, model)) run.warn('compression/empty-layer', emptied(layer));
      journal.round(round, cohort, outcome, link, modelHash(model), pruningRecord(prepared, model, round));
      run.evaluate(round);
      if (scenario.stop.accuracy !== null) await run.evaluated();
      options.onProgress?.(journal.progress(round, scenario.rounds, outcome));
      await run.checkpointIfDue();
    }
    await run.evaluated();
    return await run.finish(state.stopped ? 'stopped' : 'done');
  } catch (error) {
    if (abort.aborted) return await run.finish('interrupted');
    await run.finish('failed');
    throw error;
  } finally {
    await run.stop();
  }
};
