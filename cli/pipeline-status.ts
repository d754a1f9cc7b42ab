import type { PipelineEvent, PipelineStage } from '../shared/compression/pipeline.js';

/** Real milliseconds between lines where there is no terminal to rewrite one. */
const lineMilliseconds = 5000;

/** Shows where a pipeline of model compression is: step, phase, how far. */
export class PipelineStatus {
  private readonly out: NodeJS.WriteStream;
  private readonly prefix: string;
  private shown = false;
  private lastTime = 0;
  private lastPhase = '';

  /** @param prefix what stands before each line, such as the point of a sweep */
  constructor(out: NodeJS.WriteStream = process.stderr, prefix = '') {
    this.out = out;
    this.prefix = prefix;
  }

  update({ name, phase, phases, done, note }: PipelineEvent): void {
    const place = phases.indexOf(phase) + 1;
    const text = [
      `${this.prefix}${name}: ${phase}${place > 0 ? ` (${place} of ${phases.length})` : ''}`,
      `${Math.round(done * 100)} %`,
      ...(note === undefined ? [] : [note]),
    ].join(' · ');
    if (this.out.isTTY) {
      this.out.write(`\r\x1b[2K${text.slice(0, Math.max(20, this.out.columns ?? 80) - 1)}`);
      this.shown = true;
      return;
    }
    const now = Date.now();
    const current = `${name}/${phase}`;
    if (current === this.lastPhase && now - this.lastTime < lineMilliseconds) return;
    [this.lastTime, this.lastPhase] = [now, current];
    this.out.write(`${text}\n`);
  }

  stage({ name, evaluation, measures, warnings }: PipelineStage): void {
    this.clear();
    for (const { message, code } of warnings) this.out.write(`${this.prefix}warning: ${message} (${code})\n`);
    this.out.write(
      `${this.prefix}${name}: accuracy ${(evaluation.accuracy * 100).toFixed(2)} %, ${(measures.storedBytes / 1e3).toFixed(1)} kB\n`,
    );
  }

  clear(): void {
    if (this.shown) this.out.write('\r\x1b[2K');
    this.shown = false;
  }
}
