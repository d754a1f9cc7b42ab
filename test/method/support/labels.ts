import type { Coding } from '../../../shared/codec/pipeline.js';
import { mean } from '../../../shared/method/aggregate/mean.js';
import type { ClientLearner } from '../../../shared/method/public/learner.js';
import type { Method, ReceivedUpdate, ServerRound, ServerState } from '../../../shared/method/method.js';
import { PartCoder } from '../../../shared/method/part-coder.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import { initialize } from '../../../shared/models/initialize.js';
import type { Parameters } from '../../../shared/params/parameters.js';

export const seed = 5;
export const classes = 4;

export const network = compileNetwork({
  name: 'small',
  input: [6],
  layers: [
    { kind: 'dense', units: 5, activation: 'relu' },
    { kind: 'dense', units: classes },
  ],
  classes,
});

/** The table that a method's chain begins with. */
export const tableOf = (method: Method, examples: number): Parameters => {
  const { network: learnt } = method.parameterize!(network, seed, examples);
  return initialize(learnt, seed);
};

/**
 * A learner without an engine: its network is the table of its logits itself. It believes a teacher wholly, and training
 * leads to the logits that are given.
 */
export const learnerOf = (trained: Float32Array): ClientLearner & { readonly taught: Float32Array[] } => {
  const taught: Float32Array[] = [];
  return {
    classes,
    taught,
    initial: () => new Float32Array(trained.length),
    predict: async (floats) => floats,
    distil: async (_floats, teacher) => {
      taught.push(teacher);
      return { floats: teacher, loss: 0 };
    },
    train: async () => ({ floats: trained, loss: 1 }),
  };
};

/** A part as the coordinator gets it, coded and back. */
export const received = (
  method: Method,
  model: Parameters,
  coding: Coding,
  { client, samples, value }: { client: number; samples: number; value: Float32Array },
): ReceivedUpdate & { readonly payloadBytes: number; readonly entropyBytes: number | null } => {
  const coder = new PartCoder(method.parts(model.layout).up, coding);
  const [spec] = coder.specs;
  const key = { seed, round: 1, client };
  const { payload, measures } = coder.encode(spec, value, key, {});
  return {
    client,
    samples,
    payloadBytes: payload.length,
    entropyBytes: measures.entropyBytes,
    fold: (_part, weight, into) => coder.fold(spec, payload, key, weight, into),
    integers: () => new BigInt64Array(0),
  };
};

export const serverRound = (method: Method, model: Parameters, state: ServerState = {}): ServerRound =>
  method.serverRound({ model, aggregation: mean.create({}), state, seed, round: 1, classes });
