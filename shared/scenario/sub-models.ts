import type { Parts } from '../method/method.js';
import type { Prepared } from './prepare.js';

/** What travels to and from the clients of each sub-model; the only parts where there are none. */
export const partsByPlace = ({
  subModels,
  method,
  parts,
}: Pick<Prepared, 'subModels' | 'method' | 'parts'>): readonly Parts[] =>
  subModels === null ? [parts] : subModels.all.map(({ network }) => method.parts(network.layout));

/** What a process prepared as those clients see it that have one of the sub-models; the only one where there are none. */
export const preparedPlaces = (prepared: Prepared): readonly Prepared[] => {
  const { subModels, parameterization } = prepared;
  if (subModels === null) return [prepared];
  const parts = partsByPlace(prepared);
  return subModels.all.map(({ network }, place) => ({
    ...prepared,
    network,
    evaluated: network,
    parameterization: { ...parameterization, network },
    parts: parts[place],
  }));
};

/** A client's place among {@link preparedPlaces} and {@link partsByPlace}. */
export const placeOf = ({ subModels }: Pick<Prepared, 'subModels'>, client: number): number =>
  subModels?.placeOf(client) ?? 0;
