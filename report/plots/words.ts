import type { Case, ReportModel } from '../model.js';

/** Subtitles that are longer than a picture is wide take another line. */
const lineLength = 96;

/** @returns the text in lines that fit under a title */
export const wrap = (text: string): string[] => {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < lineLength) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};

/** @returns how repeats are shown, for a subtitle; empty when there are none */
export const bandNote = (cases: readonly Case[]): string => {
  const most = Math.max(...cases.map(({ counted }) => counted.length));
  return most > 1 ? `Line: median of up to ${most} runs; band: least to greatest.` : '';
};

/** @returns which split the evaluations are of: `Test accuracy` */
export const splitName = (model: ReportModel, what: string): string => {
  const splits = new Set(model.runs.flatMap(({ evaluations }) => evaluations.map(({ split }) => split)));
  const [split] = splits;
  if (splits.size !== 1) return `${what[0].toUpperCase()}${what.slice(1)}`;
  return `${split[0].toUpperCase()}${split.slice(1)} ${what}`;
};

/** @returns the run's or the sweep's name and what follows, as subtitle lines */
export const subtitle = (model: ReportModel, ...sentences: string[]): string[] =>
  wrap([`${model.title}.`, ...sentences].filter((sentence) => sentence !== '').join(' '));
