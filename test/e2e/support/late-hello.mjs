// Loaded before the program: clients that connect for the first time are slow to say who they are, so that tasks of others on
// the same host come before theirs.
import { WebSocket } from 'ws';

const helloType = 1;
const firstContact = Buffer.concat([Buffer.from('holds'), Buffer.of(0xc0)]);
const { send } = WebSocket.prototype;

WebSocket.prototype.send = function (data, ...rest) {
  const isLate = data instanceof Uint8Array && data[3] === helloType && Buffer.from(data).includes(firstContact);
  if (isLate) setTimeout(() => send.call(this, data, ...rest), 150);
  else send.call(this, data, ...rest);
};
