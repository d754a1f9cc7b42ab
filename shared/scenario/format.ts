import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import type { Scenario } from './scenario.js';

/** Inner groups that fit stand on one line, as people write them. */
const lineWidth = 100;

/**
 * A resolved scenario as YAML; reading it gives the same scenario again.
 * @returns the text of a run folder's `scenario.yaml`
 */
export const formatScenario = (scenario: Scenario): string => {
  const heading =
    '# The resolved scenario, with every default filled in. `fedsqueeze run` with this file repeats the run.\n';
  return heading + stringify(scenario, { lineWidth, aliasDuplicateObjects: false });
};

/** JSON with sorted keys: the same text for equal data, whatever the order of its keys. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

/** SHA-256 of a resolved scenario's canonical JSON, in hexadecimal. */
export const scenarioHash = (scenario: Scenario): string =>
  createHash('sha256').update(canonicalJson(scenario)).digest('hex');
