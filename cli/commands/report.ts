import type { CommandModule } from 'yargs';
import { reportFormats, type ReportFormat } from '../../report/formats.js';
import { CodedError } from '../../shared/util/errors.js';

interface ReportArguments {
  folders: string[];
  out: string | undefined;
  format: string;
  baseline: string | undefined;
}

/** @throws CodedError `argument/invalid` */
const parseFormats = (text: string): ReportFormat[] => {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  const unknown = names.find((name) => !reportFormats.includes(name as ReportFormat));
  if (unknown === undefined) return reportFormats.filter((format) => names.includes(format));
  throw new CodedError('argument/invalid', `A report has no format '${unknown}'.`, {
    where: '--format',
    hint: `Known: ${reportFormats.join(', ')}, separated by commas.`,
  });
};

export const reportCommand: CommandModule<object, ReportArguments> = {
  command: 'report <folders..>',
  describe: 'draw runs and sweeps: one HTML page, SVG and PNG plots, CSV tables',
  builder: (yargs) =>
    yargs
      .positional('folders', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'folders of runs and of sweeps, in any mix; or one of model compression',
      })
      .option('out', {
        type: 'string',
        describe: 'folder for the report; by default the run’s own, or "report" for several',
      })
      .option('format', {
        type: 'string',
        default: reportFormats.join(','),
        describe: 'what to write, separated by commas: html, svg, png, csv',
      })
      .option('baseline', {
        type: 'string',
        describe: 'case that savings are measured against; by default the sweep’s own',
      })
      .example('$0 report runs/quickstart', 'the report of one run, in its folder')
      .example('$0 report runs/bandwidth-vs-accuracy', 'all cases of a sweep in one report')
      .example('$0 report runs/a runs/b --out compared', 'two runs side by side')
      .example('$0 report runs/a --format svg,csv', 'only vector pictures and tables'),
  handler: async ({ folders, out, format, baseline }) => {
    const chosen = parseFormats(format);
    // Drawing needs large libraries that other commands should not wait for.
    const { writeReport } = await import('../../report/write-report.js');
    const { files } = await writeReport(folders, {
      formats: chosen,
      ...(out === undefined ? {} : { out }),
      ...(baseline === undefined ? {} : { baseline }),
    });
    for (const file of files) console.log(file);
  },
};
