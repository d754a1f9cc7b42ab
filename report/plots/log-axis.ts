/** @returns the values that a log axis labels: 1, 2 and 5 times the powers of ten, or only these over a wide range */
export const logTicks = (least: number, greatest: number): number[] => {
  const factors = greatest / least > 1e4 ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(greatest)); power++) {
    for (const factor of factors) {
      const tick = Number(`${factor}e${power}`);
      if (tick >= least && tick <= greatest) ticks.push(tick);
    }
  }
  return ticks;
};

/** @returns a domain with a little room on both sides */
export const logDomain = (values: readonly number[], room = 1.15): [number, number] => [
  Math.min(...values) / room,
  Math.max(...values) * room,
];
