import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Two cores: more workers only make the processes that tests start wait for each other.
    maxWorkers: 2,
    testTimeout: 30_000,
  },
});
