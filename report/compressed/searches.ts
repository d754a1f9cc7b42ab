import type { SearchDetails } from '../../shared/compression/search/details.js';

const isSearch = (details: unknown): details is SearchDetails =>
  typeof details === 'object' && details !== null && 'kind' in details && details.kind === 'search';

/** What architecture searches left in the stages of a pipeline, in order. */
export const searchesOf = (stages: readonly { readonly details?: unknown }[]): SearchDetails[] =>
  stages.flatMap(({ details }) => (isSearch(details) ? [details] : []));
