// Writes the files that are made from the code: the scenarios' JSON Schema, the references of scenarios and errors, and
// the table of models. With --check it writes nothing and fails when one of them is stale. Build first: it uses dist/.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedFiles } from '../dist/shared/scenario/generated.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const current = (path) => {
  try {
    return readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
  } catch {
    return null;
  }
};

for (const [file, text] of Object.entries(generatedFiles((file) => current(join(root, file)) ?? ''))) {
  const path = join(root, file);
  if (current(path) === text) continue;
  if (process.argv.includes('--check')) {
    console.error(`${file} is stale. Run: node scripts/build.mjs && node scripts/generate.mjs`);
    process.exitCode = 1;
  } else {
    writeFileSync(path, text);
    console.log(`wrote ${file}`);
  }
}
