import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpath, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '../shared/util/errors.js';

/** Where processes of this machine meet that want the same folder. The name goes with the process, however it ends. */
const meetingPlace = (folder: string): string => {
  const name = `fedsqueeze-${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`;
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), `${name}.sock`);
};

/** `none` where the system gives no such place: then nothing is held, and the work goes on. */
const listen = async (place: string): Promise<Server | 'taken' | 'none'> => {
  const server = createServer((socket) => socket.destroy());
  server.listen(place);
  try {
    await once(server, 'listening');
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' ? 'taken' : 'none';
  }
  server.unref();
  return server;
};

/** Whether somebody answers: the file of a socket stays behind when its process is killed. */
const answers = async (place: string): Promise<boolean> => {
  const socket = connect(place);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};

/**
 * Keeps a folder to this process, so that no second one on this machine writes to its log at the same time.
 * @param folder is there
 * @returns gives it back
 * @throws CodedError `run/folder-in-use`
 */
export const holdFolder = async (folder: string): Promise<() => void> => {
  const place = meetingPlace(await realpath(folder));
  let held = await listen(place);
  if (held === 'taken' && place.endsWith('.sock') && !(await answers(place))) {
    await rm(place, { force: true });
    held = await listen(place);
  }
  if (held === 'taken') {
    throw new CodedError('run/folder-in-use', 'Another process is running what is in this folder.', {
      where: folder,
      hint: 'Wait until it is done, or stop it.',
    });
  }
  const server = held;
  return () => {
    if (server !== 'none') server.close();
  };
};
