import { fault } from './error.ts';

/** Go's durations (`1h2m3.5s`, `-1ms`, `0`) in nanoseconds. Errors: BAD_DURATION. */
export function parseDuration(text: string): number {
  const bad = (found: string): Error => fault('BAD_DURATION', `time: ${found}`, { hint: 'Write a number with its unit, for instance 30s, 1m30s or 500ms.' });
  const match = /^([+-]?)(.*)$/s.exec(text)!;
  const body = match[2]!;
  if (body === '0') return 0;
  if (body === '') throw bad(`invalid duration ${JSON.stringify(text)}`);
  let total = 0;
  let position = 0;
  while (position < body.length) {
    const part = /(\d*)(\.\d*)?([^\d.]*)/y;
    part.lastIndex = position;
    const [whole, integer, fraction, unit] = part.exec(body) as unknown as [string, string, string | undefined, string];
    if (integer === '' && (fraction === undefined || fraction === '.')) throw bad(`invalid duration ${JSON.stringify(text)}`);
    if (unit === '') throw bad(`missing unit in duration ${JSON.stringify(text)}`);
    const scale = nanoseconds(unit);
    if (scale === undefined) throw bad(`unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`);
    total += Number(integer) * scale + Math.trunc(Number(`0${fraction ?? ''}`) * scale);
    position += whole.length;
  }
  if (total > 2 ** 63) throw bad(`invalid duration ${JSON.stringify(text)}`);
  return match[1] === '-' ? -total : total;
}

function nanoseconds(unit: string): number | undefined {
  switch (unit) {
    case 'ns':
      return 1;
    case 'us':
    case 'µs':
    case 'μs':
      return 1e3;
    case 'ms':
      return 1e6;
    case 's':
      return 1e9;
    case 'm':
      return 60e9;
    case 'h':
      return 3600e9;
    default:
      return undefined;
  }
}
