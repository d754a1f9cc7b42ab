/** What `docs/scenario.md` says before its tables. */
export const introduction = `# Scenarios

<!-- Made by scripts/generate.mjs from shared/scenario. -->

A scenario is one experiment, in a YAML file. \`fedsqueeze check FILE\` says what it would run, \`fedsqueeze run FILE\` runs
it, \`fedsqueeze sweep FILE\` runs every point of its \`sweep\`.

\`\`\`yaml
# yaml-language-server: $schema=./scenario.schema.json
name: example
seed: 42
rounds: 50
dataset: { name: mnist, partition: { dirichlet: { alpha: 0.5 } } }
model: 2nn
clients: { total: 100, perRound: 10 }
local: { epochs: 1, batchSize: 10, optimizer: { sgd: { learningRate: 0.1 } } }
method: fedavg
uplink:
  errorFeedback: true
  stages: [{ topk: { fraction: 0.01 } }, { quantize: { bits: 8 } }, { entropy: auto }]
downlink: { send: delta, stages: [{ quantize: { bits: 8 } }] }
network: { uplink: 10 Mbit/s, downlink: 50 Mbit/s, latency: 40 ms }
evaluate: { every: 1, targets: [0.9, 0.95] }
stop: { accuracy: 0.97 }
\`\`\`

The first line lets editors with a YAML language server complete keys and mark mistakes; the schema is
\`scenarios/scenario.schema.json\`.

## How it is read

* **Strict.** An unknown key, a value outside its range or a name that does not exist is an error with file, line and
  column, and says what would be right. Duplicate keys, tags, \`.nan\` and \`.inf\` are refused. A file has at most
  256 KiB.
* **Choices.** Where something is named (a partition, a model, a stage…), write the name, \`iid\`, or the name with
  its options, \`{ dirichlet: { alpha: 0.1 } }\`. Where one option stands for the rest, \`{ dirichlet: 0.1 }\` is the same.
* **Networks of your own.** \`model: { layers: [...] }\` lists layers, each a choice: \`flatten\`, \`{ dense: 10 }\`,
  \`{ conv2d: { filters: 16, kernelSize: 3, activation: relu } }\`. The last one gives a number for each class. A layer
  takes the value of the one before it, or of those that its \`from\` names; \`name\` is what they are called. Images are
  [height, width, channels]. [engines.md](engines.md#a-network-of-your-own) has an example.
* **Codings.** \`uplink\` and \`downlink\` are \`none\` (float32), the name of a preset, or a group with \`stages\`. The
  stages work one after the other: a sparsifier, then a quantizer, then entropy coders; an order that cannot work is an
  error.
* **Units.** A plain number is in base units: bit/s, s, FLOP/s. With a unit, \`10 Mbit/s\`, \`40 ms\`, \`1.5 min\`,
  \`2 GFLOP/s\`. Prefixes are decimal: 1 Mbit/s is 1,000,000 bit/s. MB/s, MiB/s and Mbps are refused, because they are
  easily mistaken.
* **Settings.** \`--set PATH=VALUE\` changes a value; the path has dots between keys and list positions, the value is
  YAML. \`--set local.batchSize=32\`, \`--set uplink=stc\`, \`--set uplink.stages.0.topk.fraction=0.02\`,
  \`--set 'evaluate.targets=[0.9, 0.95]'\`.
* **Sweeps.** A sweep's cases × the combinations of its grid × its seeds are its points. A point is the scenario with
  the case's settings, then the grid's. All points are checked before the first one runs; two that are the same
  experiment are refused.

\`\`\`yaml
sweep:
  baseline: float32
  cases:
    - { name: float32, set: { uplink: none, downlink: none } }
    - { name: stc-1-25, set: { uplink: stc, downlink: stc } }
  grid: { local.batchSize: [10, 32] }
  seeds: [1, 2, 3]
\`\`\`

A run's folder has \`scenario.yaml\`, the resolved scenario with every default filled in; running that file repeats the
run.
`;
