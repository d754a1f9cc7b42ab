import { join } from 'node:path';
import { formatStages } from '../report/compression.js';
import { formatSummary } from '../report/console.js';
import type { Summary } from '../shared/runlog/records.js';
import type { StatusLine } from './status.js';

/** Prints a run's table and where its report is. @returns the command's exit code */
export const finishRun = async (
  summary: Summary,
  folder: string,
  { report, status }: { report: boolean; status: StatusLine },
): Promise<number> => {
  status.clear();
  console.log(formatSummary(summary));
  if (summary.modelCompression !== undefined) console.log(`\n${formatStages(summary.modelCompression.stages)}`);
  if (report && summary.rounds > 0) {
    const { writeReport } = await import('../report/write-report.js');
    const { html } = await writeReport([folder], {});
    console.log(`report   ${html}`);
  }
  console.log(`folder   ${join(folder)}`);
  if (summary.exit !== 'interrupted') return 0;
  console.log(`Interrupted after round ${summary.rounds}. Go on with: fedsqueeze resume ${folder}`);
  return 130;
};
