import { defineConfig } from 'vitest/config';

/** Measures its process, which no other test may share. */
const alone = ['test/engine/memory.test.ts'];

const timeouts = { testTimeout: 30_000, hookTimeout: 30_000 };

export default defineConfig({
  test: {
    // Two cores: more workers only make the processes that tests start wait for each other.
    maxWorkers: 2,
    projects: [
      // Tests leave no state behind, so that files share the engines' libraries, which take a second each to load.
      { test: { name: 'all', include: ['test/**/*.test.ts'], exclude: alone, isolate: false, ...timeouts } },
      { test: { name: 'alone', include: alone, ...timeouts } },
    ],
  },
});
