import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Makes a folder's entries durable; a no-op where folders can't be opened (Windows). */
export const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r').catch(() => null);
  if (handle === null) return;
  await handle.sync().catch(() => undefined);
  await handle.close();
};

/** Writes a file and makes its bytes durable. */
export const writeDurable = async (path: string, data: Uint8Array | string): Promise<void> => {
  const handle = await open(path, 'w');
  try {
    await handle.writeFile(data);
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Writes a file so that whoever reads it sees the old bytes or the new ones, also after a crash. */
export const writeAtomic = async (path: string, data: Uint8Array | string): Promise<void> => {
  const beside = `${path}.new`;
  await writeDurable(beside, data);
  await rename(beside, path);
  await syncFolder(dirname(path));
};
