/** A megabyte is 10^6 bytes. */
export const megabyte = 1e6;

const units: readonly [number, string][] = [
  [1e12, 'TB'],
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
];

/** @returns three significant digits without an exponent: 0.00123, 12.3, 1230 */
export const formatNumber = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  const magnitude = Math.abs(value);
  if (magnitude === 0) return '0';
  if (magnitude >= 100) return value.toFixed(0);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(magnitude)));
  return value.toFixed(Math.min(digits, 8));
};

/** @returns for example `12.3 MB`; decimal units, 1 MB = 10^6 bytes; `–` for null */
export const formatBytes = (bytes: number | null): string => {
  if (bytes === null) return '–';
  const [size, unit] = units.find(([size]) => bytes >= size) ?? [1, 'B'];
  return `${formatNumber(bytes / size)} ${unit}`;
};

/** @returns a count, which as a median can be a half: 30 or 30.5 */
export const formatCount = (count: number | null): string => (count === null ? '–' : String(count));

/** @returns rounds and how many times the baseline's they are, for example `86 (1.01×)` */
export const formatRounds = (rounds: number | null, toBaseline: number | null): string =>
  toBaseline === null ? formatCount(rounds) : `${formatCount(rounds)} (${formatRatio(toBaseline)})`;

/** @returns bytes as a number of megabytes, without the unit */
export const formatMegabytes = (bytes: number | null): string =>
  bytes === null ? '–' : formatNumber(bytes / megabyte);

/** @returns for example `66.1×` */
export const formatRatio = (ratio: number | null): string => {
  if (ratio === null) return '–';
  return `${ratio >= 100 ? ratio.toFixed(0) : ratio.toFixed(ratio >= 10 ? 1 : 2)}×`;
};

/** @param share 0 to 1 */
export const formatPercent = (share: number | null): string => (share === null ? '–' : `${(share * 100).toFixed(2)} %`);

/** @returns a target as people write it: 95 %, 97.5 % */
export const formatTarget = (share: number): string => `${Number((share * 100).toFixed(4))} %`;

export const formatSeconds = (seconds: number | null): string => {
  if (seconds === null) return '–';
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};
