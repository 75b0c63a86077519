/** `0.4s`, `12.3s`, `75.0s`, as docker's progress has it. */
export function formatSeconds(ms: number): string {
  return `${(Math.max(0, ms) / 1000).toFixed(1)}s`;
}

/** `0.312`, `12.31`, `123.1`: when a line of output came, in seconds since its step began. */
export function formatOffset(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  return seconds.toFixed(seconds < 10 ? 3 : seconds < 100 ? 2 : 1);
}

/** `0B`, `278B`, `2.06MB`: powers of 1000 and up to `digits` digits, default 3. */
export function formatBytes(bytes: number, digits: number = 3): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  if (unit === 0) return `${value}B`;
  const text = value.toPrecision(digits);
  return `${text.includes('.') ? text.replace(/\.?0+$/, '') : text}${units[unit]}`;
}

/** `5 minutes ago`. */
export function formatAgo(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const steps: readonly (readonly [number, number, string])[] = [
    [120, 1, 'second'],
    [120 * 60, 60, 'minute'],
    [48 * 3600, 3600, 'hour'],
    [14 * 86_400, 86_400, 'day'],
    [60 * 86_400, 7 * 86_400, 'week'],
    [730 * 86_400, 30 * 86_400, 'month'],
    [Number.POSITIVE_INFINITY, 365 * 86_400, 'year'],
  ];
  if (seconds < 1) return 'less than a second ago';
  const [, size = 1, unit = 'second'] = steps.find(([limit]) => seconds < limit) ?? [];
  const count = Math.floor(seconds / size);
  return `${count} ${unit}${count === 1 ? '' : 's'} ago`;
}
