import { median, type Row } from './report.ts';

/** The rows whose ratio to the physical limit is worse than before by more than the noise of both measurements, a line each. */
export function compareRows(before: readonly Row[], after: readonly Row[]): string[] {
  return after.flatMap((row) => {
    const earlier = before.find(({ title }) => title === row.title);
    const [was, is] = [earlier && ratioOf(earlier), ratioOf(row)];
    if (was === undefined || is === undefined) return [];
    const noise = Math.hypot(was.noise, is.noise);
    if (is.ratio <= was.ratio * (1 + noise)) return [];
    return [`${row.title}: ${is.ratio.toFixed(2)} times the limit, was ${was.ratio.toFixed(2)}; the noise is ${(100 * noise).toFixed(0)} %`];
  });
}

/** `noise`: how far, as a share of the ratio, half of the measurements lie around it. */
function ratioOf({ limitMs, results: { OSSB } }: Row): { readonly ratio: number; readonly noise: number } | undefined {
  if (limitMs.length === 0 || OSSB === undefined || OSSB.timesMs.length === 0) return undefined;
  return { ratio: median(OSSB.timesMs) / median(limitMs), noise: Math.hypot(spread(OSSB.timesMs), spread(limitMs)) };
}

/** At least a twentieth: a few equal times prove no more. */
function spread(times: readonly number[]): number {
  const middle = median(times);
  return Math.max(0.05, Math.max(...times.map((time) => Math.abs(time - middle))) / middle);
}
