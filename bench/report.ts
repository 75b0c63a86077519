import { cpus, release, totalmem } from 'node:os';
import type { Builder } from './builders.ts';
import type { PeakMemory } from './memory.ts';

export interface Row {
  readonly title: string;
  /** What the machine needs for the same bytes: see measureLimit. Empty where it was not measured. */
  readonly limitMs: readonly number[];
  readonly results: Readonly<Partial<Record<Builder['name'], { readonly timesMs: readonly number[]; readonly memory: PeakMemory; readonly failed?: string }>>>;
}

export const startMark = '<!-- bench: written by `npm run bench`, from here -->';
export const endMark = '<!-- bench: to here -->';

/** Puts the table into a page, between the marks. */
export function insertTable(page: string, table: string): string {
  const start = page.indexOf(startMark);
  const end = page.indexOf(endMark);
  if (start === -1 || end === -1) return `${page.trimEnd()}\n\n${startMark}\n${table}\n${endMark}\n`;
  return `${page.slice(0, start + startMark.length)}\n${table}\n${page.slice(end)}`;
}

export function formatTable(rows: readonly Row[], versions: string): string {
  const head = ['workload', 'OSSB', 'BuildKit', 'buildah', 'OSSB : BuildKit', 'limit', 'OSSB : limit', 'OSSB peak memory', 'BuildKit peak memory'];
  const lines = rows.map((row) => {
    const { OSSB, BuildKit, buildah } = row.results;
    const ratio =
      OSSB && BuildKit && OSSB.timesMs.length > 0 && BuildKit.timesMs.length > 0 ? (median(OSSB.timesMs) / median(BuildKit.timesMs)).toFixed(2) : '';
    const limit = row.limitMs.length === 0 ? undefined : median(row.limitMs);
    const toLimit = limit !== undefined && OSSB && OSSB.timesMs.length > 0 ? (median(OSSB.timesMs) / limit).toFixed(2) : '';
    return [
      row.title,
      time(OSSB),
      time(BuildKit),
      time(buildah),
      ratio,
      limit === undefined ? '' : duration(limit),
      toLimit,
      memory(OSSB?.memory),
      memory(BuildKit?.memory),
    ];
  });
  return [
    `Measured on ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, Linux ${release()}; ${versions}.`,
    '',
    head,
    head.map(() => '---'),
    ...lines,
  ]
    .map((line) => (typeof line === 'string' ? line : `| ${line.join(' | ')} |`))
    .join('\n');
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function time(result: Row['results']['OSSB']): string {
  if (result === undefined) return '';
  if (result.failed !== undefined) return 'failed';
  return duration(median(result.timesMs));
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

function memory(peak: PeakMemory | undefined): string {
  return peak === undefined || peak.rssBytes === 0 ? '' : `${megabytes(peak.rssBytes)} MB (${megabytes(peak.pssBytes)} MB PSS)`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
