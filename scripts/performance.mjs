// Writes docs/performance.md from what `npm run bench -- engine codec peers` left in bench-results/: no figure in it is
// typed by hand.
import { readFileSync, writeFileSync, existsSync } from 'node:fs';

const read = (name) => {
  const path = `bench-results/${name}.json`;
  if (!existsSync(path)) {
    console.error(`${path} is missing. Run: npm run bench -- ${name}`);
    process.exit(1);
  }
  return JSON.parse(readFileSync(path, 'utf8'));
};

const show = (value, digits = 3) =>
  value === null || value === undefined ? '–' : String(Number(value.toPrecision(digits)));
const table = (head, rows) => [
  `| ${head.join(' | ')} |`,
  `|${head.map((_, i) => (i === 0 ? ' --- ' : ' ---: ')).join('|')}|`,
  ...rows.map((cells) => `| ${cells.join(' | ')} |`),
];

const engine = read('engine');
const peers = read('peers');
const codec = existsSync('bench-results/codec.json') ? read('codec') : null;
const machineOf = ({ cpu, cores, node }) => `${cores} cores (${cpu}), Node.js ${node}`;

const engineRows = engine.rows.map(({ engine: name, form, version, model, batchSize, medianStepMs, timesPlain }) => [
  `${model}, B=${batchSize}`,
  `${name} ${version} ${form}`,
  show(medianStepMs),
  `${show(timesPlain)} ×`,
]);

const peerRows = peers.rows.map((row) => [
  row.workload,
  row.what,
  row.note || '–',
  show(row.updatesPerSecond),
  show(row.firstRoundSeconds),
  row.quickstartRatio === null ? '–' : `${show(row.quickstartRatio)} ×`,
  row.float32Ratio === null ? '–' : `${show(row.float32Ratio)} ×`,
]);

const codecSection = () => {
  if (codec === null) return '';
  const largest = Math.max(...codec.rows.map(({ parameters }) => parameters));
  const codecRows = codec.rows
    .filter(({ parameters }) => parameters === largest)
    .map((row) => [
      `\`${row.stages}\``,
      show(row.encodeGBs),
      show(row.decodeGBs),
      show(row.bitsPerParameter),
      row.overEntropy === null ? '–' : show(row.overEntropy, 4),
      show(row.nmse),
    ]);

  return `## Codecs

\`npm run bench -- codec\`, on ${machineOf(codec)}. Whole codecs on ${largest.toLocaleString('en-US')} heavy-tailed numbers, one thread: gigabytes of float32 a second in and out, payload bits a parameter, payload over the entropy of what it says (below 1 where neighbours are alike), and the error.

${table(['stages', 'encode GB/s', 'decode GB/s', 'bits a parameter', 'over entropy', 'NMSE'], codecRows).join('\n')}

`;
};

const text = `# Performance

Written by \`npm run performance\` from the results of the commands below; the machine it ran on is named with each table. Machines differ and drift: only ratios of one table, measured in the same minutes, mean something.

## One training step

\`npm run bench -- engine\`, on ${machineOf(engine)}. Milliseconds of one SGD step on MNIST, the median over clients of 600 images, one thread; beside it how many times as fast as the plain form of \`onnx\` this is.

${table(['network', 'engine and form', 'ms a step', 'speed'], engineRows).join('\n')}

## The whole product beside other simulators

\`npm run bench -- peers\`, on ${machineOf(peers)}. 100 clients with 600 MNIST images each, ten a round, one epoch; client updates a second, the median over rounds without the first. The peers train and average in memory; fedsqueeze also opens sockets, codes and decodes every update, keeps residuals on disk and writes its log. Set-up: [bench/peers](../bench/peers/README.md).

${table(['workload', 'what', 'version', 'updates / s', 'first round, s', 'quickstart coding / this', 'float32 / this'], peerRows).join('\n')}

${codecSection()}## What makes the fast form fast

Each recipe was measured when it was built; [engines.md](engines.md) says how it works.

- **Blocked convolutions.** onnxruntime has convolution kernels that work on blocks of 8 or 16 channels. Its optimizer uses them only for constant weights; the training graph calls them itself, for the forward pass and for both gradients.
- **Kernel gradients as convolutions** with rows and channels exchanged: no copies of windows.
- **Padding before the call**: the kernels compute padded positions one at a time.
- **First convolution and pooling together**: the input is cut into four images, so that the four values of a pooling window lie in images of their own.
- **Masks by HardSigmoid** instead of Where, a third of the time.
- **Wide dense layers transposed**, where the runtime reads the kernel in place instead of packing it.
- **Delayed updates** of the first dense layer: its kernel is read and written once in a block of steps.
`;

writeFileSync('docs/performance.md', text);
console.log('wrote docs/performance.md');
