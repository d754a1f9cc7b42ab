import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRunLog } from '../../shared/runlog/reader.js';
import { formatRecord } from '../../shared/runlog/writer.js';

const line = formatRecord({ type: 'resume', round: 4, measured: { t: 1 } });

const fileOf = async (content: string | Uint8Array): Promise<string> => {
  const path = join(await mkdtemp(join(tmpdir(), 'fedsqueeze-reader-')), 'run.jsonl');
  await writeFile(path, content);
  return path;
};

describe('run log reader', () => {
  it('leaves out a last line that was cut off anywhere, and says how long it was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: line.length - 2 }), async (kept) => {
        const { records, cutBytes } = await readRunLog(await fileOf(line + line + line.slice(0, kept)));
        expect(records).toHaveLength(2);
        expect(cutBytes).toBe(kept);
      }),
      { numRuns: 20 },
    );
  });

  it('takes a whole last line without its line break', async () => {
    const { records, cutBytes } = await readRunLog(await fileOf(line + line.trimEnd()));
    expect(records).toHaveLength(2);
    expect(cutBytes).toBe(0);
  });

  it('leaves out the zeros that some file systems put where a power cut left no data', async () => {
    const { records, cutBytes } = await readRunLog(await fileOf(`${line}${'\0'.repeat(100)}`));
    expect(records).toHaveLength(1);
    expect(cutBytes).toBe(100);
  });

  it('names file and line of damage in the middle', async () => {
    const path = await fileOf(`${line}{"type":"round","v":\n${line}`);
    await expect(readRunLog(path)).rejects.toMatchObject({ code: 'runlog/bad-line', where: `${path}:2` });
  });

  it.each([
    ['no object', '[1]'],
    ['no type', '{"v":1}'],
    ['no version', '{"type":"resume","round":1,"measured":{"t":0}}'],
    ['a round without bytes', '{"type":"round","v":1,"round":1,"selected":[],"reported":[],"measured":{"t":0}}'],
    ['nothing measured', '{"type":"resume","v":1,"round":1}'],
    ['an empty line', ''],
  ])('refuses %s', async (_, bad) => {
    const path = await fileOf(`${bad}\n${line}`);
    await expect(readRunLog(path)).rejects.toMatchObject({ code: 'runlog/bad-line', where: `${path}:1` });
  });

  it('keeps records of types it does not know', async () => {
    const { records, others } = await readRunLog(await fileOf(`{"type":"energy","v":1,"joules":3}\n${line}`));
    expect(records).toHaveLength(1);
    expect(others).toEqual([{ type: 'energy', v: 1, joules: 3 }]);
  });

  it('says that a newer log needs a newer program', async () => {
    const path = await fileOf('{"type":"resume","v":99,"round":1,"measured":{"t":0}}\n');
    await expect(readRunLog(path)).rejects.toMatchObject({ code: 'runlog/bad-version', where: `${path}:1` });
  });

  it('reads an empty log', async () => {
    expect(await readRunLog(await fileOf(''))).toEqual({ records: [], others: [], cutBytes: 0 });
  });

  it.each(['x', 'xx'])('reads letters that the border of two chunks cuts (%s)', async (code) => {
    // Letters of two bytes: with one of the two codes a border of 2^20 bytes falls into one.
    const action = 'é'.repeat(700_000);
    const long = formatRecord({ type: 'fault', code, round: 1, client: null, action, measured: { t: 0 } });
    const { records } = await readRunLog(await fileOf(long + line));
    expect(records[0]).toMatchObject({ action });
    expect(records).toHaveLength(2);
  });
});
