import type { CompiledNetwork, PlacedLayer } from '../../models/network.js';
import { CodedError } from '../../util/errors.js';

/** A layer of a network, and whose network it is, for messages. */
interface Owned {
  readonly network: CompiledNetwork;
  readonly who: 'teacher' | 'student';
}

const hidden = ({ network: { layers } }: Owned): readonly PlacedLayer[] => layers.slice(0, -1);

const describe = (layers: readonly PlacedLayer[]): string =>
  layers.map(({ name, outputShape }) => `${name} [${outputShape.join(', ')}]`).join(', ');

/** A hidden layer of a name. @throws CodedError `compression/impossible` */
export const namedLayer = (of: Owned, name: string): PlacedLayer => {
  const found = hidden(of).find((layer) => layer.name === name);
  if (found !== undefined) return found;
  throw new CodedError('compression/impossible', `The ${of.who} has no hidden layer '${name}'.`, {
    where: `network '${of.network.network.name}'`,
    hint: `It has ${describe(hidden(of)) || 'none'}.`,
  });
};

/** The layer that the last one takes. @throws CodedError `compression/impossible` for a network of one layer */
export const lastHidden = (of: Owned): PlacedLayer => {
  const [from] = of.network.layers[of.network.layers.length - 1].from;
  return namedLayer(of, from);
};

const isImage = ({ outputShape }: PlacedLayer): boolean => outputShape.length === 3;

/** Whether the positions of two layers are the same ones: images of one size, or vectors. */
export const isAlike = (a: PlacedLayer, b: PlacedLayer): boolean =>
  a.outputShape.length === b.outputShape.length &&
  a.outputShape.slice(0, -1).join() === b.outputShape.slice(0, -1).join();

export interface LayerPair {
  readonly teacher: PlacedLayer;
  readonly student: PlacedLayer;
}

/** What a user may say of it: null for what is found. */
export interface LayerNames {
  readonly teacherLayer: string | null;
  readonly studentLayer: string | null;
}

/**
 * A layer of each network, alike: the deepest of the teacher that has such a partner, and its deepest partner.
 * @param only images, or anything
 * @throws CodedError `compression/impossible`
 */
export const pairOf = (
  teacher: CompiledNetwork,
  student: CompiledNetwork,
  { teacherLayer, studentLayer }: LayerNames,
  only: 'images' | 'any',
): LayerPair => {
  const [taught, own]: [Owned, Owned] = [
    { network: teacher, who: 'teacher' },
    { network: student, who: 'student' },
  ];
  const candidates = (of: Owned, name: string | null): readonly PlacedLayer[] => {
    const all = name === null ? hidden(of).toReversed() : [namedLayer(of, name)];
    return all.filter((layer) => only === 'any' || (isImage(layer) && layer.outputShape[0] * layer.outputShape[1] > 1));
  };
  const partners = candidates(own, studentLayer);
  for (const from of candidates(taught, teacherLayer)) {
    const to = partners.find((layer) => isAlike(from, layer));
    if (to !== undefined) return { teacher: from, student: to };
  }
  const kinds = only === 'images' ? 'images of the same size' : 'images of the same size, or vectors,';
  throw new CodedError('compression/impossible', `No layers of teacher and student give ${kinds} to compare.`, {
    where: `networks '${teacher.network.name}' and '${student.network.name}'`,
    hint: `The teacher has ${describe(hidden(taught)) || 'none'}; the student ${describe(hidden(own)) || 'none'}.`,
  });
};
