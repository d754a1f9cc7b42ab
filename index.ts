/**
 * fedsqueeze as a library: run federations, code updates, read scenarios and reports from a program of your own.
 * Everything exported here is the public interface; anything else may change.
 *
 * @packageDocumentation
 */

// Running
export { executeWhole as execute } from './cli/compress-after.js';
export type { ExecuteOptions } from './cli/execute.js';
export { defaultHosts } from './cli/default-hosts.js';
export { StatusLine } from './cli/status.js';
export { runFederation } from './server/coordinator.js';
export type { RunOptions } from './server/run.js';
export type { HostSource } from './server/services.js';
export type { Progress } from './server/journal.js';
export { runHost, type HostOptions } from './client/host/host.js';

// Scenarios
export { loadScenario, parseScenario, resolveScenario, type LoadedScenario } from './shared/scenario/load.js';
export { formatScenario, scenarioHash } from './shared/scenario/format.js';
export { expandSweep, type SweepPoint } from './shared/scenario/sweep.js';
export type { Scenario, CodingScenario } from './shared/scenario/scenario.js';

// Codecs
export { createCodec, type Coding } from './shared/codec/pipeline.js';
export { presets } from './shared/codec/presets.js';
export { stages } from './shared/codec/stages/index.js';
export type { Codec, CodecContext, CodecKey, CodecState, Encoded, Measures } from './shared/codec/codec.js';
export { feedbackStrategies } from './shared/codec/feedback/index.js';
export type { Feedback, FeedbackChoice, FeedbackStrategy } from './shared/codec/feedback/feedback.js';

// Data, models, engines
export { loadDataset, dealPartition } from './shared/data/load.js';
export type { Dataset, Examples, Partition } from './shared/data/dataset.js';
export { datasets } from './shared/data/datasets/index.js';
export { partitions } from './shared/data/partition/index.js';
export { models } from './shared/models/catalogue/index.js';
export { compileNetwork } from './shared/models/compile.js';
export { initialize } from './shared/models/initialize.js';
export type { CompiledNetwork, Layer, Network } from './shared/models/network.js';
export { chooseEngine } from './shared/engine/choose.js';
export type {
  Engine,
  EvaluationResult,
  Trainer,
  TrainingResult,
  TrainingSpec,
  TrainingTask,
} from './shared/engine/engine.js';

// Methods and parameters
export { aggregationRules } from './shared/method/aggregate/index.js';
export { methods } from './shared/method/index.js';
export type { AggregationRule, Method, MethodPlugIn } from './shared/method/method.js';
export { makeLayout, type Layout, type Role, type TensorSpec } from './shared/params/layout.js';
export { modelHash, type Parameters } from './shared/params/parameters.js';
export { decodeModel, encodeModel } from './shared/params/model-file.js';

// Model compression
export { compressionSteps } from './shared/compression/index.js';
export { uncompressed, type CompressedModel } from './shared/compression/model.js';
export { runPipeline, type PipelineOptions, type PipelineStage } from './shared/compression/pipeline.js';
export { measure, type LayerMeasures, type ModelMeasures } from './shared/compression/measures.js';
export { decodeCompact, encodeCompact } from './shared/compression/storage/compact-file.js';
export { Workbench, type WorkbenchOptions } from './shared/compression/workbench.js';

// Logs and reports
export type { CompressionFile } from './shared/runlog/compression-file.js';
export type * from './shared/runlog/records.js';
export { readRunLog } from './shared/runlog/reader.js';
export { summarize } from './shared/runlog/summary.js';
export { writeReport, type ReportOptions } from './report/write-report.js';

// Errors and random numbers
export { CodedError, type ErrorCode } from './shared/util/errors.js';
export { RandomStream, philox, type StreamKey } from './shared/util/random.js';
