#!/usr/bin/env node
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { CodedError, messageOf } from '../shared/util/errors.js';
import { packageVersion } from '../shared/util/version.js';
import { checkCommand } from './commands/check.js';
import { compressCommand } from './commands/compress.js';
import { exportCommand } from './commands/export.js';
import { joinCommand } from './commands/join.js';
import { listCommand } from './commands/list.js';
import { reportCommand } from './commands/report.js';
import { resumeCommand } from './commands/resume.js';
import { runCommand } from './commands/run.js';
import { serveCommand } from './commands/serve.js';
import { sweepCommand } from './commands/sweep.js';
import { fileError } from './system-error.js';

const verbose = process.argv.includes('--verbose');

const fail = (error: unknown): void => {
  const coded = error instanceof CodedError ? error : fileError(error);
  if (coded !== null) {
    console.error(coded.describe());
    process.exitCode = coded.exitCode;
  } else {
    console.error(`Unexpected error: ${messageOf(error)}${verbose ? '' : ' (--verbose shows where)'}`);
    process.exitCode = 1;
  }
  if (verbose && error instanceof Error) console.error(error.stack);
};

const [command = ''] = process.argv.slice(2);

/** The argument that a command does nothing without. */
const needed: Readonly<Record<string, string>> = {
  run: 'a scenario file',
  sweep: 'a scenario file',
  check: 'a scenario file',
  serve: 'a scenario file',
  resume: 'the folder of a run or sweep',
  report: 'the folder of a run or sweep',
  export: 'the folder of a run',
  compress: 'the folder of a run',
  join: 'the address that `fedsqueeze serve` printed',
};

/** What yargs says of a wrong call, in whole sentences that name the word. */
const usageError = (message: string): CodedError => {
  const help = `See \`fedsqueeze ${/^[a-z]+$/.test(command) && !message.startsWith('Did you mean') ? `${command} ` : ''}--help\`.`;
  if (message.startsWith('Not enough non-option arguments')) {
    return new CodedError('argument/invalid', `\`fedsqueeze ${command}\` needs ${needed[command] ?? 'an argument'}.`, {
      hint: help,
    });
  }
  const [, name, given, choices] = /Argument: (\S+), Given: "(.*)", Choices: (.*)$/.exec(message) ?? [];
  if (name !== undefined) {
    return new CodedError('argument/invalid', `${name} is '${given}'.`, {
      hint: `Known: ${choices.replaceAll('"', '')}.`,
    });
  }
  const text = message.startsWith('Did you mean') ? `There is no command '${command}'. ${message}` : message;
  return new CodedError('argument/invalid', /[.?!]$/.test(text) ? text : `${text}.`, { hint: help });
};

const parser = yargs(hideBin(process.argv))
  .scriptName('fedsqueeze')
  .usage('$0 <command>\n\nA federated-learning simulator that counts every byte.')
  .command(runCommand)
  .command(sweepCommand)
  .command(resumeCommand)
  .command(reportCommand)
  .command(exportCommand)
  .command(compressCommand)
  .command(checkCommand)
  .command(listCommand)
  .command(serveCommand)
  .command(joinCommand)
  .demandCommand(1, 'Which command? The quickest start is `fedsqueeze run scenarios/quickstart.yaml`.')
  .strict()
  .recommendCommands()
  .version(packageVersion)
  .alias('help', 'h')
  .wrap(Math.min(110, process.stdout.columns ?? 100))
  .epilogue('Scenarios are in scenarios/, their reference in docs/scenario.md.')
  .exitProcess(false)
  .fail((message, error) => {
    throw error ?? usageError(message);
  });

try {
  await parser.parseAsync();
} catch (error) {
  fail(error);
}
