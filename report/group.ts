import { basename, resolve } from 'node:path';
import { CodedError } from '../shared/util/errors.js';
import type { Case, Run } from './model.js';

/** Different experiments of one name are told apart by their folders, or by a number where these are equal too. */
const distinctLabels = (groups: readonly (readonly Run[])[]): string[] => {
  const count = (labels: readonly string[], label: string): number => labels.filter((other) => other === label).length;
  const labels = groups.map(([first]) => first.caseLabel);
  const longer = groups.map(([first], index) =>
    count(labels, labels[index]) > 1 ? `${labels[index]} (${basename(resolve(first.folder))})` : labels[index],
  );
  return longer.map((label, index) => {
    const earlier = count(longer.slice(0, index), label);
    return earlier === 0 ? label : `${label} #${earlier + 1}`;
  });
};

const unknownBaseline = (baseline: string, labels: readonly string[]): CodedError =>
  new CodedError('argument/unknown-name', `There is no case '${baseline}'.`, { hint: `Known: ${labels.join(', ')}.` });

/**
 * Groups repeats over seeds, in the order in which the cases first appear.
 * @param baseline label of the case that savings are measured against, instead of those that the runs name
 * @throws CodedError `argument/unknown-name`
 */
export const groupRuns = (runs: readonly Run[], baseline?: string): Case[] => {
  const byKey = new Map<string, Run[]>();
  for (const run of runs) byKey.set(run.caseKey, [...(byKey.get(run.caseKey) ?? []), run]);
  const groups = [...byKey.values()];
  const keys = [...byKey.keys()];
  const labels = distinctLabels(groups);
  if (baseline !== undefined && !labels.includes(baseline)) throw unknownBaseline(baseline, labels);
  return groups.map((group, index) => {
    const finished = group.filter((run) => run.finished);
    return {
      label: labels[index],
      runs: group,
      counted: finished.length > 0 ? finished : group,
      baseline: baseline ?? labels[keys.indexOf(group[0].baselineKey ?? '')] ?? null,
    };
  });
};
