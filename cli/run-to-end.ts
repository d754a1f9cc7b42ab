import { executeWhole } from './compress-after.js';
import type { ExecuteOptions } from './execute.js';
import { finishRun } from './finish.js';
import { catchInterrupt } from './interrupt.js';

/** Executes a run, which Ctrl-C ends in order, and prints what came of it. @returns the command's exit code */
export const runToEnd = async ({
  report,
  ...options
}: Omit<ExecuteOptions, 'abort'> & { readonly report: boolean }): Promise<number> => {
  const { status, folder } = options;
  const interrupt = catchInterrupt(status);
  try {
    const summary = await executeWhole({ ...options, report, abort: interrupt.signal });
    return await finishRun(summary, folder, { report, status });
  } finally {
    interrupt.release();
  }
};
