import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRunLog } from '../../shared/runlog/reader.js';
import { formatRecord, openRunLog, truncateRunLog, type NewRecord } from '../../shared/runlog/writer.js';

const folder = () => mkdtemp(join(tmpdir(), 'fedsqueeze-runlog-'));

const fault = (round: number, action = 'dropped'): NewRecord => ({
  measured: { t: round },
  type: 'fault',
  code: 'wire/bad-magic',
  round,
  client: 7,
  action,
});

describe('run log writer', () => {
  it('puts type and version first and what may differ between repeats last', () => {
    const line = formatRecord(fault(3));
    expect(Object.keys(JSON.parse(line) as object)).toEqual([
      'type',
      'v',
      'code',
      'round',
      'client',
      'action',
      'measured',
    ]);
    expect(line.endsWith('}\n')).toBe(true);
  });

  it('writes every line in order, also when batches follow each other fast', async () => {
    const path = join(await folder(), 'run.jsonl');
    const log = openRunLog(path);
    const count = 5000;
    for (let round = 1; round <= count; round++) log.write(fault(round, 'é'.repeat(round % 50)));
    const { length } = log;
    await log.close();
    expect((await stat(path)).size).toBe(length);
    const { records } = await readRunLog(path);
    expect(records.map((record) => (record.type === 'fault' ? record.round : 0))).toEqual(
      Array.from({ length: count }, (_, index) => index + 1),
    );
  });

  it('has the bytes in the file after sync that length names', async () => {
    const path = join(await folder(), 'run.jsonl');
    const log = openRunLog(path);
    log.write(fault(1));
    expect(log.length).toBe(Buffer.byteLength(formatRecord(fault(1))));
    await log.sync();
    expect((await stat(path)).size).toBe(log.length);
    await log.close();
    await log.close();
    expect(() => log.write(fault(2))).toThrow('closed');
  });

  it('goes on from the length of a checkpoint as if nothing had happened', async () => {
    const directory = await folder();
    const whole = join(directory, 'whole.jsonl');
    const cut = join(directory, 'cut.jsonl');
    const first = openRunLog(whole);
    for (let round = 1; round <= 4; round++) first.write(fault(round));
    await first.close();

    const second = openRunLog(cut);
    second.write(fault(1));
    second.write(fault(2));
    const checkpoint = second.length;
    second.write(fault(3));
    await second.close();
    await writeFile(cut, '{"type":"fa', { flag: 'a' });
    await truncateRunLog(cut, checkpoint);
    const resumed = openRunLog(cut, { append: true });
    expect(resumed.length).toBe(checkpoint);
    for (let round = 3; round <= 4; round++) resumed.write(fault(round));
    await resumed.close();
    expect(await readFile(cut, 'utf8')).toBe(await readFile(whole, 'utf8'));
  });

  it('refuses a log that is shorter than its checkpoint says', async () => {
    const path = join(await folder(), 'run.jsonl');
    await writeFile(path, 'short\n');
    await expect(truncateRunLog(path, 100)).rejects.toMatchObject({ code: 'runlog/too-short', where: path });
    expect(await readFile(path, 'utf8')).toBe('short\n');
  });

  it('begins an empty file without append', async () => {
    const path = join(await folder(), 'run.jsonl');
    await writeFile(path, 'old\n');
    const log = openRunLog(path);
    expect(log.length).toBe(0);
    await log.close();
    expect(await readFile(path, 'utf8')).toBe('');
  });

  it.skipIf(process.platform !== 'linux')('reports a full disk at the next flush', async () => {
    const log = openRunLog('/dev/full');
    log.write(fault(1));
    await expect(log.flush()).rejects.toMatchObject({ code: 'ENOSPC' });
    await expect(log.close()).rejects.toMatchObject({ code: 'ENOSPC' });
  });
});
