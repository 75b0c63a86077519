import type { CommandResult } from '../harness/command.ts';
import type { Difference } from './differences.ts';

/** What `--call check,format=json` prints, in both builders. */
export interface CheckReport {
  readonly warnings: readonly Warning[] | null;
  readonly buildError?: { readonly message: string; readonly location?: Location };
}

interface Warning {
  readonly ruleName: string;
  readonly description?: string;
  readonly url?: string;
  readonly detail?: string;
  readonly location?: Location;
}

interface Location {
  readonly ranges?: readonly { readonly start: { readonly line: number }; readonly end: { readonly line: number } }[];
}

/** Errors: what the command printed, where it is no report. */
export function readCheckReport(result: CommandResult): CheckReport {
  try {
    return JSON.parse(result.stdout) as CheckReport;
  } catch {
    throw new Error(`no report of checks, exit code ${result.exitCode}:\n${result.stderr}`);
  }
}

/** Differences of two reports: exit codes, faults and their first lines, and warnings in order with rule, description, URL, text and lines. */
export function checkDifferences(buildkit: CommandResult, ossb: CommandResult): Difference[] {
  const left = readCheckReport(buildkit);
  const right = readCheckReport(ossb);
  if ((left.buildError === undefined) !== (right.buildError === undefined)) {
    return [{ where: 'check outcome', buildkit: left.buildError?.message ?? 'accepted', ossb: right.buildError?.message ?? 'accepted' }];
  }
  return [
    ...different('check exit code', String(buildkit.exitCode), String(ossb.exitCode)),
    ...(left.buildError?.location === undefined ? [] : different('check fault', linesOf(left.buildError.location), linesOf(right.buildError?.location))),
    ...warningDifferences(left.warnings ?? [], right.warnings ?? []),
  ];
}

function warningDifferences(buildkit: readonly Warning[], ossb: readonly Warning[]): Difference[] {
  const left = buildkit.map(warningLine);
  const right = ossb.map(warningLine);
  const missing = left.filter((line) => !right.includes(line)).map((line) => ({ where: `check ${line}`, buildkit: 'warns', ossb: 'silent' }));
  const added = right.filter((line) => !left.includes(line)).map((line) => ({ where: `check ${line}`, buildkit: 'silent', ossb: 'warns' }));
  if (missing.length + added.length > 0) return [...missing, ...added];
  return different('check order', left.join('; '), right.join('; '));
}

function warningLine({ ruleName, description, url, detail, location }: Warning): string {
  return `${ruleName} (lines ${linesOf(location)}): ${detail} [${description}] ${url}`;
}

function linesOf(location: Location | undefined): string {
  return (location?.ranges ?? []).map(({ start, end }) => `${start.line}-${end.line}`).join(',');
}

function different(where: string, buildkit: string, ossb: string): Difference[] {
  return buildkit === ossb ? [] : [{ where, buildkit, ossb }];
}
