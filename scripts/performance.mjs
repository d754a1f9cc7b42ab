// Writes docs/performance.md from what `npm run bench -- engine codec peers` left in bench-results/: no figure in it is
// typed by hand. What was measured on a machine with other vectors, or not anew, stays as it is.
import { readFileSync, writeFileSync, existsSync } from 'node:fs';

const page = 'docs/performance.md';

/** Null where the benchmark was not run. */
const read = (name) => {
  const path = `bench-results/${name}.json`;
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : null;
};

/** Sections of the page as it is, by their headings. */
const standing = new Map(
  readFileSync(page, 'utf8')
    .split(/^(?=## )/m)
    .slice(1)
    .map((text) => [text.slice(3, text.indexOf('\n')), `${text.trimEnd()}\n`]),
);

/** One section for each kind of machine. @param write what makes a section of its heading and the results */
const sections = (topic, results, write) => {
  const known = new Map([...standing].filter(([heading]) => heading === topic || heading.startsWith(`${topic}, `)));
  if (results !== null) {
    const heading = results.vectors ? `${topic}, ${results.vectors}` : topic;
    known.set(heading, write(heading, results));
  }
  return [...known.values()];
};

const show = (value, digits = 3) =>
  value === null || value === undefined ? '–' : String(Number(value.toPrecision(digits)));
const table = (head, rows) => [
  `| ${head.join(' | ')} |`,
  `|${head.map((_, i) => (i === 0 ? ' --- ' : ' ---: ')).join('|')}|`,
  ...rows.map((cells) => `| ${cells.join(' | ')} |`),
];

const machineOf = ({ cpu, cores, vectors, node }) =>
  `${cores} cores (${cpu}${vectors ? `, ${vectors}` : ''}), Node.js ${node}`;

const engineRows = ({ rows }) =>
  rows.map(({ engine: name, form, version, model, batchSize, medianStepMs, timesPlain }) => [
    `${model}, B=${batchSize}`,
    `${name} ${version} ${form}`,
    show(medianStepMs),
    `${show(timesPlain)} ×`,
  ]);

const peerRows = ({ rows }) =>
  rows.map((row) => [
    row.workload,
    row.what,
    row.note || '–',
    show(row.updatesPerSecond),
    show(row.firstRoundSeconds),
    row.quickstartRatio === null ? '–' : `${show(row.quickstartRatio)} ×`,
    row.float32Ratio === null ? '–' : `${show(row.float32Ratio)} ×`,
  ]);

const count = (value) => value.toLocaleString('en-US');
const ratio = (value) => (value === null ? '–' : `${show(value)} ×`);
const rate = (value) => (value === null ? '–' : `${show(value)} GB/s`);
const over = (a, b) => (a === null || b === null || a === undefined || b === undefined ? null : a / b);

const sizesOf = ({ rows }) => [...new Set(rows.map(({ parameters }) => parameters))].sort((a, b) => b - a);

const codecHead = [
  'codec',
  'bits a parameter',
  'over entropy',
  'NMSE',
  'encode',
  'decode',
  'numpy encode',
  'decode',
  'PyTorch encode',
  'decode',
];

const codecRows = (rows) =>
  rows
    .filter(({ group }) => group === 'preset' || group === 'chain')
    .map((row) => [
      row.group === 'preset' ? `\`${row.name}\`` : row.name,
      show(row.bitsPerParameter),
      row.overEntropy === null ? '–' : show(row.overEntropy, 4),
      show(row.nmse),
      ...[
        row.encodeGBs,
        row.decodeGBs,
        row.numpyEncodeGBs,
        row.numpyDecodeGBs,
        row.torchEncodeGBs,
        row.torchDecodeGBs,
      ].map((value) => show(value)),
    ]);

/** Below this rate of float32 bytes a stage is slow. */
const slow = 0.1;

const slowest = (row) => Math.min(row.encodeGBs, row.decodeGBs);

const targetRows = (all, parameters) => {
  const rows = all.filter((row) => row.parameters === parameters);
  const named = (name) => rows.find((row) => row.name === name);
  const sparse = named('top-k 1 %, 8 bits, Golomb');
  const select = named('top-k 1 % alone');
  const slowStages = rows.filter(({ group, ...row }) => group === 'stage' && slowest(row) < slow);
  const stochastic = (bits) => {
    const row = named(`${bits} bits, stochastic`);
    return [
      `${bits} bits, stochastic rounding: encode, decode`,
      'at least 1 GB/s',
      `${rate(row.encodeGBs)}, ${rate(row.decodeGBs)}`,
    ];
  };
  return [
    [
      `all of ${sparse.name} (${rate(sparse.encodeGBs)}) / PyTorch’s top-k alone (${rate(select.torchEncodeGBs)})`,
      'at least 4 ×',
      ratio(over(sparse.encodeGBs, select.torchEncodeGBs)),
    ],
    [
      `the same / numpy’s argpartition alone (${rate(select.numpyEncodeGBs)})`,
      'above 1 ×',
      ratio(over(sparse.encodeGBs, select.numpyEncodeGBs)),
    ],
    stochastic(8),
    stochastic(4),
    [
      'stages that encode or decode below 100 MB/s',
      'none',
      slowStages.length === 0
        ? 'none'
        : slowStages.map((row) => `${row.name} (${show(1000 * slowest(row))} MB/s)`).join(', '),
    ],
  ].map(([what, ...rest]) => [`${count(parameters)}: ${what}`, ...rest]);
};

const stageRows = (rows) =>
  rows
    .filter(({ group }) => group === 'stage')
    .map((row) => [`\`${row.name}\``, ...[row.encodeGBs, row.decodeGBs, row.foldGBs].map((value) => show(value))]);

const codecSection = (heading, codec) => {
  const sizes = sizesOf(codec);
  const ofSize = (size) => codec.rows.filter(({ parameters }) => parameters === size);
  const versions = codec.peers === null ? 'not set up' : `numpy ${codec.peers.numpy} and PyTorch ${codec.peers.torch}`;
  return `## ${heading}

\`npm run bench -- codec\`, on ${machineOf(codec)}, one thread; beside it the same work in ${versions}, one thread too, in turns within the same minutes. The numbers are heavy-tailed, a normal one times a log-normal one, in the tensors of a network. Rates are gigabytes of float32 a second in and out. Bits are the whole payload’s; *over entropy* is the payload over the zero-order entropy of what it says, header, scales and tables included (below 1 where neighbours are alike). The peers select and round as the codecs do, but code no positions, no entropy and no header, check nothing and measure no error.

### Targets

${table(
  ['what', 'target', 'measured'],
  sizes.flatMap((size) => targetRows(codec.rows, size)),
).join('\n')}

${sizes
  .map((size) => `### Presets on ${count(size)} parameters\n\n${table(codecHead, codecRows(ofSize(size))).join('\n')}`)
  .join('\n\n')}

### Stages on ${count(sizes[0])} parameters

Each with as little before it as it needs; the rates are of the whole. *Add* is decoding into the coordinator’s sum.

${table(['stages', 'encode', 'decode', 'add'], stageRows(ofSize(sizes[0]))).join('\n')}
`;
};

const engineSection = (heading, engine) => `## ${heading}

\`npm run bench -- engine\`, on ${machineOf(engine)}. Milliseconds of one SGD step on MNIST, the median over clients of 600 images, one thread; beside it how many times as fast as the plain form of \`onnx\` this is.

${table(['network', 'engine and form', 'ms a step', 'speed'], engineRows(engine)).join('\n')}
`;

const peerSection = (heading, peers) => `## ${heading}

\`npm run bench -- peers\`, on ${machineOf(peers)}. 100 clients with 600 MNIST images each, ten a round, one epoch; client updates a second, the median over rounds without the first. The peers train and average in memory; fedsqueeze also opens sockets, codes and decodes every update, keeps residuals on disk and writes its log. Set-up: [bench/peers](../bench/peers/README.md).

${table(['workload', 'what', 'version', 'updates / s', 'first round, s', 'quickstart coding / this', 'float32 / this'], peerRows(peers)).join('\n')}
`;

const text = `# Performance

Written by \`npm run performance\` from the results of the commands below; the machine it ran on is named with each table. Machines differ and drift: only ratios of one table, measured in the same minutes, mean something.

${[
  ...sections('One training step', read('engine'), engineSection),
  ...sections('The whole product beside other simulators', read('peers'), peerSection),
  ...sections('Codecs', read('codec'), codecSection),
].join('\n')}
## What makes the fast form fast

Each recipe was measured when it was built; [engines.md](engines.md) says how it works.

- **Blocked convolutions.** onnxruntime has convolution kernels that work on blocks of 8 or 16 channels. Its optimizer uses them only for constant weights; the training graph calls them itself, for the forward pass and for both gradients.
- **Kernel gradients as convolutions** with rows and channels exchanged: no copies of windows.
- **Padding before the call**: the kernels compute padded positions one at a time.
- **First convolution and pooling together**: the input is cut into four images, so that the four values of a pooling window lie in images of their own.
- **Masks by HardSigmoid** instead of Where, a third of the time.
- **Wide dense layers transposed**, where the runtime reads the kernel in place instead of packing it.
- **Delayed updates** of the first dense layer: its kernel is read and written once in a block of steps.
`;

writeFileSync(page, text);
console.log(`wrote ${page}`);
