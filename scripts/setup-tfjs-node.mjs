// Makes the native binding of @tensorflow/tfjs-node work: installs run without scripts here, so it is not there after
// `npm ci`. Takes what an earlier run built, else the package's own download, else builds the binding against the
// libraries of the PyPI wheel tensorflow-cpu. Run it again after `npm ci`: what was built is kept in the user's cache.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const tensorFlowVersion = '2.15.1';
const wheelPython = '3.11';
const probeMs = 5000;

const require = createRequire(import.meta.url);
const manifest = require.resolve('@tensorflow/tfjs-node/package.json');
const packageFolder = dirname(manifest);
const { version, binary } = JSON.parse(readFileSync(manifest, 'utf8'));
const napi = Math.min(8, Number(process.versions.napi));
const bindingFolder = join('lib', `napi-v${napi}`);
const dependencies = join(packageFolder, 'deps');

const key = createHash('sha256')
  .update(JSON.stringify([version, tensorFlowVersion, napi, process.platform, process.arch, process.versions.modules]))
  .digest('hex')
  .slice(0, 12);
const caches = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
const cache = join(caches, 'fedsqueeze', `tfjs-node-${version}-${key}`);

const say = (text) => console.log(`setup:tfjs-node: ${text}`);
const fail = (what, hint) => {
  console.error(`setup:tfjs-node: ${what}\n${hint}`);
  process.exit(1);
};

/** Runs a program; its output is shown where it fails. */
const run = (command, args, what, hint, cwd = packageFolder) => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (error === undefined && status === 0) return stdout;
  const output = `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n').slice(-15).join('\n');
  return fail(`${what} failed${error === undefined ? '' : ` (${error.message})`}.\n${output}`, hint);
};

const has = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** Loads the binding in a process of its own and computes with it. */
const works = () => {
  const script =
    "const tf = require('@tensorflow/tfjs-node'); const [x] = tf.tensor([3]).square().dataSync();" +
    'process.stdout.write(x === 9 ? tf.backend().binding.TF_Version : String());';
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3' };
  const { status, stdout } = spawnSync(process.execPath, ['-e', script], { cwd: packageFolder, env, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : '';
};

const clear = () => {
  for (const name of ['deps', 'lib', 'build']) rmSync(join(packageFolder, name), { recursive: true, force: true });
};

/** Puts what the cache holds into the package. */
const restore = () => {
  clear();
  symlinkSync(join(cache, 'deps'), dependencies, 'dir');
  cpSync(join(cache, 'lib'), join(packageFolder, 'lib'), { recursive: true });
};

const isReachable = async (address) => {
  try {
    await fetch(address, { method: 'HEAD', signal: AbortSignal.timeout(probeMs) });
    return true;
  } catch {
    return false;
  }
};

/** Only the libraries and the headers that the binding includes; the wheel is a zip file. */
const extraction = `
import re, sys, zipfile
wanted = re.compile(r'tensorflow/(libtensorflow_(cc|framework)\\.(so\\.2|2\\.dylib)$|include/(tensorflow/c/|tensorflow/core/platform/ctstring|tsl/[cp]|tensorflow/tsl/[cp]|xla/tsl/c/))')
with zipfile.ZipFile(sys.argv[1]) as wheel:
    wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if wanted.match(name)])
`;

const buildFromWheel = () => {
  const python = ['python3', 'python'].find((name) => has(name, '-m', 'pip', '--version'));
  if (python === undefined) fail('Python with pip is missing.', 'Install it, on Debian: apt-get install python3-pip.');
  if (!has('make', '--version')) fail('make is missing.', 'Install it, on Debian: apt-get install make.');
  if (!['c++', 'g++', 'clang++'].some((name) => has(name, '--version'))) {
    fail('A C++ compiler is missing.', 'Install one, on Debian: apt-get install g++.');
  }
  const gyp = join(
    resolve(process.execPath, '..', '..'),
    'lib',
    'node_modules',
    'npm',
    'node_modules',
    'node-gyp',
    'bin',
    'node-gyp.js',
  );
  if (!existsSync(gyp)) fail(`npm's node-gyp is not at ${gyp}.`, 'Install Node.js together with npm.');
  mkdirSync(dirname(cache), { recursive: true });
  const work = mkdtempSync(`${cache}.`);
  try {
    say(`fetching tensorflow-cpu ${tensorFlowVersion} with pip (about 200 MB)`);
    const download = [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--no-deps',
      '--only-binary=:all:',
      '--python-version',
      wheelPython,
    ];
    run(
      python,
      [...download, '-d', work, `tensorflow-cpu==${tensorFlowVersion}`],
      'pip download',
      'Check the network and pip’s configuration.',
    );
    const wheel = readdirSync(work).find((name) => name.endsWith('.whl'));
    say('taking its libraries and headers out');
    run(python, ['-c', extraction, join(work, wheel), work], 'Reading the wheel', 'Run the command again.');
    rmSync(join(work, wheel));
    const libraries = join(work, 'deps', 'lib');
    mkdirSync(libraries, { recursive: true });
    for (const name of readdirSync(join(work, 'tensorflow')).filter((file) => file.startsWith('libtensorflow_'))) {
      renameSync(join(work, 'tensorflow', name), join(libraries, name));
      // The names that the linker looks for.
      const plain = name.replace('_cc', '').replace('.so.2', '.so');
      symlinkSync(name, join(libraries, plain));
    }
    renameSync(join(work, 'tensorflow', 'include'), join(work, 'deps', 'include'));
    rmSync(join(work, 'tensorflow'), { recursive: true });
    say('building the binding');
    clear();
    symlinkSync(join(work, 'deps'), dependencies, 'dir');
    const names = [
      `-Dmodule_name=tfjs_binding`,
      `-Dmodule_path=${join(packageFolder, bindingFolder)}`,
      `-Dnapi_build_version=${napi}`,
    ];
    const headers = `--nodedir=${resolve(process.execPath, '..', '..')}`;
    run(
      process.execPath,
      [gyp, 'rebuild', headers, '--', ...names],
      'Building the binding',
      'The lines above say why.',
    );
    cpSync(join(packageFolder, 'lib'), join(work, 'lib'), { recursive: true });
    rmSync(cache, { recursive: true, force: true });
    renameSync(work, cache);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  restore();
};

const done = () => {
  const tensorFlow = works();
  if (tensorFlow === '') return false;
  say(`tfjs-node ${version} works, on TensorFlow ${tensorFlow}`);
  return true;
};

const setUp = async () => {
  if (done()) return;
  if (existsSync(join(cache, 'lib'))) {
    say(`taking what was built before from ${cache}`);
    restore();
    if (done()) return;
  }
  if (process.platform === 'linux' && !(await isReachable(binary.host))) {
    say('the usual download host cannot be reached');
    buildFromWheel();
  } else {
    say('running the package’s own installation');
    clear();
    const { status } = spawnSync(process.execPath, ['scripts/install.js'], { cwd: packageFolder, stdio: 'inherit' });
    if (status !== 0 || works() === '') {
      clear();
      if (process.platform !== 'linux') fail('The package’s own installation failed.', 'The lines above say why.');
      say('that did not work');
      buildFromWheel();
    }
  }
  if (!done()) {
    clear();
    fail('The binding was built but does not load.', 'The engine tfjs takes WebAssembly; please report this.');
  }
};

try {
  await setUp();
} catch (error) {
  // A binding that is half there must not look like one that works.
  clear();
  writeFileSync(process.stderr.fd, `setup:tfjs-node: ${error.stack}\n`);
  process.exitCode = 1;
}
