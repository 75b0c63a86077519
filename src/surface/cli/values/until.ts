import { usageError } from '../usage-error.ts';

/** Milliseconds since 1970 of `24h`, `1h30m`, `7d` (ago), seconds since 1970, or an RFC 3339 time. */
export function parseUntil(text: string, nowMs: number): number {
  const duration = /^(?:\d+(?:\.\d+)?(?:d|h|ms|m|s))+$/.test(text);
  if (duration) {
    let ms = 0;
    for (const match of text.matchAll(/(\d+(?:\.\d+)?)(d|h|ms|m|s)/g)) ms += Number(match[1]) * (unitsMs[match[2] ?? ''] ?? 0);
    return nowMs - ms;
  }
  const time = /^\d+$/.test(text) ? Number(text) * 1000 : /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw usageError(
      'FLAG_VALUE',
      `Cannot use --filter until=${text}: it is neither a duration nor a time`,
      'Write it as until=24h or until=2026-01-31T00:00:00Z.',
    );
  return time;
}

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
