import type { ExitCode } from './errors.js';

interface CodeEntry {
  exit: ExitCode;
  meaning: string;
}

const input = (meaning: string): CodeEntry => ({ exit: 2, meaning });
const failure = (meaning: string): CodeEntry => ({ exit: 1, meaning });

/**
 * Every error and fault code, with what it means; `docs/errors.md` is generated from this table. Codes are
 * `area/what` and never change their meaning.
 */
export const codes = {
  // Arguments of library calls and of the command line.
  'argument/invalid': input('an argument has a wrong type or is outside its range'),
  'argument/unknown-name': input('a name that no registry knows'),

  // Files and folders, whatever they are for.
  'file/no-space': failure('the disk is full, or a file would exceed its limit'),
  'file/refused': input('a file or folder cannot be read, made or written'),

  // Parameters and their files.
  'params/layout-mismatch': failure('parameters, a payload or a state of another layout than the one in use'),
  'params/bad-file': input('a parameter file is truncated, of another format or damaged'),

  // Models and training engines.
  'model/unknown-layer': input('a layer list names a layer kind that does not exist'),
  'model/bad-layer': input('a layer has an impossible size, name or activation'),
  'model/too-large': input('a network has more parameters than a message or the memory can hold'),
  'model/bad-shape': input('the shapes of a layer list do not fit each other or the data'),
  'engine/other-version': input('the engine here is not of the version that the scenario names'),
  'engine/unavailable': input('the training engine asked for cannot be loaded on this machine'),
  'engine/bad-label': input('an example has a label outside the classes of the network'),
  'engine/bad-token': input('an example has a token that the network has no vector for'),
  'engine/failed': input('the engine’s library cannot compute a network, or there is too little memory'),
  'engine/diverged': failure('the loss or the parameters became NaN or infinite in local training'),

  // Model compression.
  'compression/larger-student': input('a student has more parameters than its teacher has that are not 0; a warning'),
  'compression/nothing-to-do': input('a step of model compression that would change nothing of a model'),
  'compression/empty-layer': input('pruning has taken every weight of a layer, or would have'),
  'compression/kept-layer': input('structured pruning keeps a layer’s filters or units as they are'),
  'compression/replaced-model': input('a search has put another network in the place of a pruned or quantized model'),
  'compression/not-smaller': input('a search has found a network that is no smaller than the model'),
  'compression/bad-mask': failure('what a task says of pruned weights is not which of them go'),
  'compression/impossible': input('a step of model compression that cannot do what its options ask for'),
  'compression/saturation': input('quantization cuts off many of the values that a layer gives'),
  'compression/dead-range': input('quantization has made channels 0, or leaves most levels of a layer unused'),
  'compression/overflow': input('sums of a quantized layer may leave the range of 32-bit integers'),
  'compression/vanishing-gradient': input('training with quantization hardly changes a layer'),
  'compression/few-examples': input('fewer examples are held out than a calibration asks for'),

  // Run logs and run folders, as a report or a resume reads them.
  'runlog/bad-line': input('a line of a run log that is no record'),
  'runlog/bad-version': input('a run log written by a newer version'),
  'runlog/too-short': input('a run log shorter than the checkpoint says'),
  'report/not-a-run': input('a folder that is neither a run nor a sweep'),
  'report/bad-file': input('a file of a run folder that cannot be read'),

  // Datasets and how they are dealt.
  'data/missing-file': input('a dataset file or folder is not there or cannot be read'),
  'data/not-idx': input('a file is not an IDX file of unsigned bytes'),
  'data/bad-gzip': input('a gzip file is damaged or ends early'),
  'data/bad-length': input('an IDX file is shorter or longer than its header says'),
  'data/bad-shape': input('the values of an IDX file have another shape than the dataset needs'),
  'data/too-large': input('an IDX file has more values than a process can hold'),
  'data/count-mismatch': input('a dataset has not one label for each image'),
  'data/bad-label': input('a label is outside the classes of the dataset'),
  'data/impossible-partition': input('the training examples cannot be dealt to the clients as asked'),
  'data/impossible-split': input('a validation split would leave no training examples'),

  // Codecs: what is coded, and payloads from a peer.
  'codec/impossible-order': input('codec stages that do not fit each other in this order'),
  'codec/not-finite': failure('a vector to be coded has a NaN or an infinite number'),
  'codec/wrong-size': failure('a vector has another length than its layout'),
  'codec/truncated': failure('a payload ends too early'),
  'codec/trailing-bytes': failure('a payload goes on after its end'),
  'codec/bad-version': failure('a payload of another format version'),
  'codec/wrong-layout': failure('a payload of another layout than the one in use'),
  'codec/wrong-stages': failure('a payload made by other stages or options than the ones in use'),
  'codec/bad-count': failure('a payload has more values than its stages can give'),
  'codec/bad-position': failure('positions in a payload are not ascending or lie outside the vector'),
  'codec/bad-symbol': failure('a symbol in a payload is outside its alphabet'),
  'codec/bad-scale': failure('a scale or value in a payload is not finite or has a wrong sign'),
  'codec/bad-stream': failure('a coded stream in a payload is of an unknown kind or damaged'),

  // Distillation in the federation.
  'client/bad-public-set': failure('a task brought other public examples than the scenario has'),
  'distillation/failed': failure('the process that trains for the coordinator failed'),
  'method/bad-labels': failure(
    'soft labels in an update are not what the method’s labels can be; the update does not count',
  ),

  // Methods: what a network, or an update of theirs, must be.
  'method/no-sub-model': input('a network that can’t be narrower for weak clients, or keeps statistics'),
  'method/bad-mask': failure('a mask in an update has a value other than 0 and 1; the update does not count'),

  // Wire: frames and messages from a peer.
  'wire/bad-magic': failure('a frame does not begin with the magic bytes'),
  'wire/bad-version': failure('a frame of another protocol version'),
  'wire/bad-type': failure('a frame of a type that is unknown, or not expected in this state'),
  'wire/bad-length': failure('a frame is shorter or longer than its lengths say'),
  'wire/bad-header': failure('a frame header is not plain MessagePack within its limits'),
  'wire/bad-field': failure('a header field is missing, of a wrong type or outside its range'),
  'wire/too-large': failure('a message exceeds the size limit derived from the model'),
  'wire/unauthorized': failure('a connection without the token of the run'),
  // The coordinator, its hosts and its clients.
  'server/port-in-use': failure('another program uses the port'),
  'server/cannot-listen': failure('the address or the port can’t be used'),
  'host/cannot-connect': failure('a host finds no coordinator at the address'),
  'host/refused': failure('the coordinator refused the host, or the host can’t take part'),
  'host/lost': failure('a host’s connection ended; its clients are dropped from the round'),
  'host/bad-report': failure('a host’s report on an update can’t be read'),
  'client/disconnected': failure('a client’s connection ended in the round; the client is dropped'),
  'client/watchdog': failure('a client did not answer in real time; the client is dropped'),
  'client/late': failure('an update came after the round’s simulated deadline; it does not count'),
  'client/no-samples': failure('a client without examples was drawn; it is not contacted'),
  'client/bad-chain': failure('a task does not lead from the model that the client holds'),
  'evaluation/failed': failure('the evaluation process failed'),
  'checkpoint/damaged': failure('a checkpoint’s file is missing or not the one that its manifest names'),
  'checkpoint/state-missing': failure('a client state that a checkpoint needs is missing'),
  'run/not-resumable': input('the folder has no checkpoint to go on from'),
  'run/interrupted': { exit: 130, meaning: 'the user interrupted the run' },
  'host/none-left': failure('every host is gone and can’t be started again'),
  'run/no-model': input('the folder holds no trained model'),
  'run/bad-folder': input('the folder of the results cannot be made or written'),
  'run/folder-in-use': input('the run folder has a run already'),
  'wire/mismatch': failure('a host whose version, data or engine differ from the coordinator’s'),

  // Scenario files and settings.
  'scenario/not-found': input('a scenario file is missing or cannot be read'),
  'scenario/not-yaml': input('a scenario is not one YAML 1.2 document of plain values, or exceeds its limits'),
  'scenario/unknown-key': input('a key that the scenario does not have at this place'),
  'scenario/unknown-name': input('a scenario names a model, stage, method or other plug-in that does not exist'),
  'scenario/bad-value': input('a value of a scenario has a wrong type, form or unit, or is outside its range'),
  'scenario/conflict': input('two values of a scenario contradict each other'),
  'scenario/bad-setting': input('a setting PATH=VALUE cannot be read, or leads nowhere'),
  'scenario/bad-sweep': input('a sweep contradicts itself, repeats a point or has too many points'),
} satisfies Record<string, CodeEntry>;

export type ErrorCode = keyof typeof codes;
