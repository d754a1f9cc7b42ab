import type { Progress } from '../server/journal.js';

const bar = (share: number, width: number): string => '█'.repeat(Math.round(share * width)).padEnd(width, '░');

const timeLeft = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
};

const bytes = (count: number): string =>
  count < 1e6 ? `${(count / 1e3).toFixed(1)} kB` : `${(count / 1e6).toFixed(1)} MB`;

/** Where a run stands, in one line: round, phase, accuracy, bytes sent and saved, time left. */
export const statusText = (
  { round, rounds, accuracy, pruning, uplink, downlink, seconds }: Progress,
  startSeconds: number,
): string => {
  const sent = uplink.wireBytes + downlink.wireBytes;
  const dense = uplink.denseBytes + downlink.denseBytes;
  const left = ((seconds - startSeconds) / Math.max(1, round)) * (rounds - round);
  return [
    `round ${String(round).padStart(String(rounds).length)}/${rounds}`,
    ...(pruning === null ? [] : [`${pruning.phase}, ${(pruning.sparsity * 100).toFixed(1)} % pruned`]),
    `accuracy ${accuracy === null ? '–' : `${(accuracy * 100).toFixed(2)} %`}`,
    `sent ${bytes(sent)}, saved ${bytes(Math.max(0, dense - sent))} (${dense === 0 ? '–' : `${(dense / sent).toFixed(1)}×`})`,
    `${timeLeft(left)} left`,
  ].join(' · ');
};

/** Real seconds between lines where there is no terminal to rewrite one. */
const lineSeconds = 5;

/** Shows progress: one line that is rewritten on a terminal, a line now and then elsewhere. */
export class StatusLine {
  private readonly out: NodeJS.WriteStream | null;
  /** What stands before the status, such as the point of a sweep. */
  prefix = '';
  private shown = false;
  private lastLine = -Infinity;
  private startSeconds: number | null = null;

  /** @param out null: nothing is shown */
  constructor(out: NodeJS.WriteStream | null = process.stderr) {
    this.out = out;
  }

  update(progress: Progress): void {
    if (this.out === null) return;
    // The time before the first round was set-up and says nothing of the rounds to come.
    this.startSeconds ??= progress.seconds * (1 - 1 / Math.max(2, progress.round + 1));
    const text = this.prefix + statusText(progress, this.startSeconds);
    if (this.out.isTTY) {
      const width = Math.max(20, this.out.columns ?? 80);
      const line = `${bar(progress.round / progress.rounds, 12)} ${text}`;
      this.out.write(`\r\x1b[2K${line.slice(0, width - 1)}`);
      this.shown = true;
    } else if (
      progress.seconds - this.lastLine >= lineSeconds ||
      progress.round === progress.rounds ||
      progress.round === 1
    ) {
      this.lastLine = progress.seconds;
      this.out.write(`${text}\n`);
    }
  }

  /** Prints a line of its own, above the status line. */
  note(text: string): void {
    this.clear();
    this.out?.write(`${text}\n`);
  }

  clear(): void {
    if (this.shown) this.out?.write('\r\x1b[2K');
    this.shown = false;
  }
}
