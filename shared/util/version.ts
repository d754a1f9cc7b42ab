import { readFileSync } from 'node:fs';

const readVersion = (): string => {
  // The compiled file lies one folder deeper than the source.
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as Record<
        string,
        string
      >;
      if (name === 'fedsqueeze') return version;
    } catch {
      continue;
    }
  }
  return 'unknown';
};

/** This package's version. */
export const packageVersion = readVersion();
