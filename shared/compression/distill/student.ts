import { initialize } from '../../models/initialize.js';
import { loadModel } from '../../models/load.js';
import type { CompiledNetwork } from '../../models/network.js';
import { CodedError, messageOf } from '../../util/errors.js';
import { uncompressed, type CompressedModel } from '../model.js';
import type { Foreseen } from '../foreseen.js';
import type { Workbench } from '../workbench.js';
import { narrowed } from './narrow.js';
import type { StudentOptions } from './options.js';

const numbers = (count: number): string => count.toLocaleString('en-US');

/** The teacher's own network, narrower. @throws CodedError `compression/impossible` */
const narrowTeacher = (teacher: CompiledNetwork, width: number): CompiledNetwork => {
  try {
    return narrowed(teacher, width);
  } catch (error) {
    throw new CodedError(
      'compression/impossible',
      `The network '${teacher.network.name}' can't be ${width} times as wide: ${messageOf(error)}`,
      { hint: 'Name a student, a model of the catalogue.', cause: error },
    );
  }
};

/** @throws CodedError `compression/impossible` for a student that is in no way smaller */
const requireSmaller = (student: CompiledNetwork, teacher: CompiledNetwork): void => {
  const [own, taught] = [student.layout.floats, teacher.layout.floats];
  if (own < taught || student.flops < teacher.flops) return;
  throw new CodedError(
    'compression/impossible',
    `The student '${student.network.name}' has ${numbers(own)} parameters and ${numbers(student.flops)} FLOPs, its teacher ${numbers(taught)} and ${numbers(teacher.flops)}.`,
    { hint: 'A student has fewer parameters than its teacher, or fewer FLOPs.' },
  );
};

const warnOfLiving = (student: CompiledNetwork, teacher: CompressedModel, bench: Workbench): void => {
  const [own, taught] = [student.layout.floats, teacher.network.layout.floats];
  const living = teacher.parameters.floats.reduce((count, value) => count + (value === 0 ? 0 : 1), 0);
  const others = living < taught ? `${numbers(living)} that are not 0` : numbers(taught);
  if (own < living) return;
  const message = `The student '${student.network.name}' has ${numbers(own)} parameters, its teacher ${others}: it needs more room.`;
  bench.warn({ code: 'compression/larger-student', message });
};

/** A student of this teacher. @throws CodedError `compression/impossible` for one as large as it; `argument/…`, `model/…` */
const studentOf = ({ student, width }: StudentOptions, teacher: CompiledNetwork): CompiledNetwork => {
  const { input: inputShape, classes } = teacher.network;
  const network = student === null ? narrowTeacher(teacher, width) : loadModel(student, { inputShape, classes });
  requireSmaller(network, teacher);
  return network;
};

/**
 * The network that a student has.
 * @throws CodedError `compression/impossible` for one as large as its teacher; `argument/…`, `model/…`
 */
export const studentNetwork = (
  options: StudentOptions,
  teacher: CompressedModel,
  bench: Workbench,
): CompiledNetwork => {
  const network = studentOf(options, teacher.network);
  warnOfLiving(network, teacher, bench);
  return network;
};

/** What distillation leaves: the student. @throws CodedError as {@link studentNetwork} does */
export const foreseeStudent = (options: StudentOptions, { network }: Foreseen): Foreseen => ({
  network: network === null ? null : studentOf(options, network),
  isQuantized: false,
});

/** A student before it has learnt anything. @param purpose students of different purposes begin differently */
export const newStudent = (network: CompiledNetwork, bench: Workbench, purpose = 'student'): CompressedModel =>
  uncompressed(network, initialize(network, bench.random(`distill/${purpose}`).below(2 ** 32)));

/** What progress says of a student. */
export const sizeNote = (student: CompiledNetwork, teacher: CompiledNetwork): string =>
  `${numbers(student.layout.floats)} of ${numbers(teacher.layout.floats)} parameters`;
