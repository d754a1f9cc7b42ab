import { chosenFeedback } from '../codec/error-feedback.js';
import { presets } from '../codec/presets.js';
import type { Stage } from '../codec/stage-interface.js';
import { stages } from '../codec/stages/index.js';

const row = (...values: readonly string[]): string => `| ${values.join(' | ')} |`;

const stageRow = ({ name, code, takes, summary, bits, bias, paper }: Stage): string =>
  row(`\`${name}\``, String(code), takes.join(', '), summary, bits, bias, paper);

const kinds: readonly (readonly [title: string, role: Stage['role']])[] = [
  ['Sparsifiers', 'sparsifier'],
  ['Quantizers', 'quantizer'],
  ['Other steps', 'transform'],
  ['Entropy coders', 'coder'],
];

/** Every stage, by what it does. */
export const stageTables = (): string =>
  kinds
    .map(([title, role]) =>
      [
        `### ${title}`,
        '',
        row('stage', 'code', 'takes', 'what it does', 'bits', 'bias, error', 'source'),
        row('---', '--:', '---', '---', '---', '---', '---'),
        ...stages.all.filter((stage) => stage.role === role).map(stageRow),
      ].join('\n'),
    )
    .join('\n\n');

/** Every preset with what it stands for. */
export const presetTable = (): string =>
  [
    row('preset', 'what it is', 'scope', 'error feedback', 'stages'),
    row('---', '---', '---', '---', '---'),
    ...Object.entries(presets).map(([name, { summary, coding }]) =>
      row(
        `\`${name}\``,
        summary,
        coding.scope,
        chosenFeedback(coding.errorFeedback)?.[0].name ?? 'none',
        coding.stages.length === 0 ? '' : `\`${JSON.stringify(coding.stages).replaceAll('"', '')}\``,
      ),
    ),
  ].join('\n');
