// Runs every shipped scenario and writes docs/results.md, its pictures, and the README's sample from what the runs say:
// no figure there is typed by hand. `node scripts/results.mjs [--keep] [--only NAME,NAME]`; --keep goes on with runs that
// are there, --only leaves the sections of all other scenarios as they are; pipelines are `pipelines`, or `pipeline NAME`.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = (path) => import(pathToFileURL(join(root, 'dist', path)).href);
const { loadScenario } = await built('shared/scenario/load.js');
const { formatSummary, formatSweep } = await built('report/console.js');
const { loadReport } = await built('report/load.js');
const { readCompression } = await built('report/compressed/load.js');
const { compressedStages } = await built('report/compressed/stages.js');
const { formatSpeed, formatStages } = await built('report/compression.js');
const { formatFronts } = await built('report/search-front.js');
const { packageVersion } = await built('shared/util/version.js');

const folder = join(root, 'runs', 'results');
if (!process.argv.includes('--keep')) rmSync(folder, { recursive: true, force: true });

const scenarios = readdirSync(join(root, 'scenarios'))
  .filter((name) => name.endsWith('.yaml'))
  .sort((a, b) => (a === 'quickstart.yaml' ? -1 : b === 'quickstart.yaml' ? 1 : a.localeCompare(b)));

const pipelines = readdirSync(join(root, 'scenarios', 'pipelines'))
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => basename(name, '.yaml'))
  .sort();

/** The comment at the top of a scenario: what it shows. */
const headingOf = (text) => {
  const lines = text
    .split('\n')
    .filter((line) => line.startsWith('#'))
    .slice(1)
    .map((line) => line.slice(1).trim());
  return lines
    .join('\n')
    .split('\n\n')
    .filter((part) => !part.includes('fedsqueeze ') && !part.includes('npm '))
    .map((part) => part.replaceAll('\n', ' ').trim())
    .filter(Boolean)
    .join('\n\n');
};

const runScenario = async (name) => {
  const file = `scenarios/${name}`;
  const out = join(folder, basename(name, '.yaml'));
  const { sweep } = await loadScenario(join(root, file));
  const command = sweep === null ? 'run' : 'sweep';
  if (!existsSync(join(out, 'report.html'))) {
    rmSync(out, { recursive: true, force: true });
    const { status } = spawnSync(process.execPath, [join(root, 'dist/cli/main.js'), command, file, '--out', out], {
      cwd: root,
      stdio: 'inherit',
    });
    if (status !== 0) throw new Error(`${file} ended with ${status}`);
  }
  const shown = `fedsqueeze ${command} ${file}`;
  const table =
    sweep === null
      ? formatSummary(JSON.parse(readFileSync(join(out, 'summary.json'), 'utf8')))
      : formatSweep(await loadReport([out]));
  return {
    name: basename(name, '.yaml'),
    file,
    out,
    shown,
    table,
    sweep,
    heading: headingOf(readFileSync(join(root, file), 'utf8')),
  };
};

const picture = (result, plot) => {
  const source = join(result.out, 'plots', `${plot}.svg`);
  if (!existsSync(source)) return '';
  const name = `${result.name}-${plot}.svg`;
  mkdirSync(join(root, 'docs', 'images'), { recursive: true });
  copyFileSync(source, join(root, 'docs', 'images', name));
  return `\n![${plot.replaceAll('-', ' ')} of ${result.name}](images/${name})\n`;
};

/** Where cases differ in what becomes of their models after the same run, that is what to see. */
const shownPlots = ({ sweep, out }) => {
  if (sweep === null) return ['accuracy-by-bytes'];
  const after = existsSync(join(out, 'plots', 'compressed-models.svg')) ? ['compressed-models'] : [];
  return [...after, 'pareto-front', 'accuracy-by-bytes'];
};

const section = (result) => `## ${result.name}

${result.heading}

\`\`\`
$ ${result.shown}
${result.table}
\`\`\`
${shownPlots(result)
  .map((plot) => picture(result, plot))
  .join('')}`;

/** The run whose model all pipelines are applied to: the CNN trained for 35 rounds, of the scenario prune-cnn. */
const pipelineRun = 'prune-cnn/points/dense';

const runPipeline = async (name) => {
  const file = `scenarios/pipelines/${name}.yaml`;
  const out = join(folder, 'pipelines', name);
  const run = join(folder, pipelineRun);
  if (!existsSync(join(run, 'model.fsq'))) throw new Error('pipelines need the run of prune-cnn: --only prune-cnn');
  if (!existsSync(join(out, 'report.html'))) {
    rmSync(out, { recursive: true, force: true });
    const { status } = spawnSync(
      process.execPath,
      [join(root, 'dist/cli/main.js'), 'compress', run, '--pipeline', file, '--out', out],
      { cwd: root, stdio: 'inherit' },
    );
    if (status !== 0) throw new Error(`${file} ended with ${status}`);
  }
  const compression = await readCompression(out);
  const speed = formatSpeed(compression);
  const tables = [
    ...formatFronts(compression.stages),
    formatStages(compressedStages(compression)),
    ...(speed === null ? [] : [speed]),
  ];
  return `## pipeline ${name}

${readFileSync(join(root, file), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('# '))
  .map((line) => line.slice(2))
  .join(' ')}

\`\`\`
$ fedsqueeze compress runs/results/${pipelineRun} --pipeline ${file}
${tables.join('\n\n')}
\`\`\`
`;
};

const replaceBetween = (text, name, content) => {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [before, rest] = text.split(begin);
  return `${before}${begin}\n${content}\n${end}${rest.split(end)[1]}`;
};

/** The README's sample. */
const writeSample = (quickstart) => {
  const readme = join(root, 'README.md');
  const sample = `\`\`\`\n$ npm start\n${quickstart.table}\n\`\`\``;
  writeFileSync(readme, replaceBetween(readFileSync(readme, 'utf8'), 'quickstart', sample));
};

const only = process.argv.includes('--only')
  ? new Set(process.argv[process.argv.indexOf('--only') + 1].split(','))
  : null;
const page = join(root, 'docs', 'results.md');
const standing = new Map(
  readFileSync(page, 'utf8')
    .split(/^(?=## )/m)
    .slice(1)
    .map((text) => [text.slice(3, text.indexOf('\n')), text.trimEnd() + '\n']),
);

const sections = [];
for (const scenario of scenarios) {
  const name = basename(scenario, '.yaml');
  if (only === null || only.has(name)) {
    const result = await runScenario(scenario);
    sections.push(section(result));
    if (name === 'quickstart') writeSample(result);
  } else if (standing.has(name)) sections.push(standing.get(name));
}

for (const name of pipelines) {
  const title = `pipeline ${name}`;
  if (only === null || only.has('pipelines') || only.has(title)) sections.push(await runPipeline(name));
  else if (standing.has(title)) sections.push(standing.get(title));
}

writeFileSync(
  page,
  `# Results

<!-- Made by scripts/results.mjs from the run folders. -->

Every shipped scenario, then every shipped pipeline of model compression on the CNN that the scenario prune-cnn trains without pruning, run with fedsqueeze ${packageVersion} on ${availableParallelism()} cores (${cpus()[0].model}), Node ${process.version}.
\`npm run results\` makes this page. Accuracies, bytes and model hashes repeat on the same kind of machine; times do not.
MB = 10⁶ bytes; "on the wire" is everything that crossed the TCP sockets of the clients.
Training in a step of model compression is central, on the examples of all clients: the pipeline finetune, by which nothing goes, shows what that alone gives.

${sections.join('\n')}`,
);
