// Loaded before the program: what another library may do to global state must not change a run.
import { randomInt } from 'node:crypto';

const shift = randomInt(1e9, 1e12);
const { now } = Date;
Date.now = () => now() - shift;

let state = randomInt(1, 2 ** 31);
Math.random = () => {
  state = (state * 48271) % 0x7fffffff;
  return state / 0x7fffffff;
};
for (let i = randomInt(1000); i > 0; i--) Math.random();
