/** A network that a search has tried, as results keep it. */
export interface TriedNetwork {
  readonly network: string;
  readonly flops: number;
  readonly storedBytes: number;
  /** Training examples that it had seen. */
  readonly examples: number;
  /** On held-out training examples, 0 to 1. */
  readonly accuracy: number;
}

/** What an architecture search leaves in the details of its stage. */
export interface Search {
  readonly kind: 'search';
  readonly chosen: string;
  readonly trials: readonly TriedNetwork[];
  /** By rising FLOPs. */
  readonly front: readonly TriedNetwork[];
}

const isSearch = (details: unknown): details is Search =>
  typeof details === 'object' && details !== null && 'kind' in details && details.kind === 'search';

/** The searches in a pipeline, in order. */
export const searchesOf = (stages: readonly { readonly details?: unknown }[]): Search[] =>
  stages.flatMap(({ details }) => (isSearch(details) ? [details] : []));
