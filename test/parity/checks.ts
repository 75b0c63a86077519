import { readFileSync } from 'node:fs';
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

/** Undefined where the command failed before it could check anything. Errors: what the command printed, where that is no report. */
function readCheckReport(result: CommandResult): CheckReport | undefined {
  if (result.exitCode !== 0 && result.stdout === '') return undefined;
  try {
    return JSON.parse(result.stdout) as CheckReport;
  } catch {
    throw new Error(`no report of checks, exit code ${result.exitCode}:\n${result.stderr}`);
  }
}

/** Differences of two reports: exit codes, faults and their first lines, and warnings with rule, description, URL, text and lines. */
export function callDifferences(buildkit: CommandResult, ossb: CommandResult): Difference[] {
  const left = readCheckReport(buildkit);
  const right = readCheckReport(ossb);
  if (left === undefined || right === undefined) {
    const [theirs, ours] = [left, right].map((report) => (report === undefined || report.buildError !== undefined ? 'refused' : 'accepted'));
    return different('check outcome', theirs!, ours!);
  }
  if ((left.buildError === undefined) !== (right.buildError === undefined)) {
    return [{ where: 'check outcome', buildkit: left.buildError?.message ?? 'accepted', ossb: right.buildError?.message ?? 'accepted' }];
  }
  return [
    ...different('check exit code', outcome(buildkit), outcome(ossb)),
    ...faultDifferences(left.buildError, right.buildError),
    ...warningDifferences(left.warnings ?? [], right.warnings ?? [], left.buildError !== undefined),
  ];
}

/** As callDifferences, of a file of one stage, with what BuildKit reported while it built that. */
export function warningsOfCall(ossb: CommandResult, warnings: readonly Warning[]): Difference[] {
  const right = readCheckReport(ossb);
  if (right === undefined || right.buildError !== undefined)
    return [{ where: 'check outcome', buildkit: 'accepted', ossb: right?.buildError?.message ?? ossb.stderr }];
  const expected = warnings.length === 0 ? 'nothing found' : 'something found';
  return [...different('check exit code', expected, outcome(ossb)), ...warningDifferences(warnings, right.warnings ?? [], false)];
}

/** Warnings in the metadata file of buildx, BUILDX_METADATA_WARNINGS being set: of SolveStatus, texts in base64. */
export function warningsOfBuild(metadataFile: string): Warning[] {
  const metadata = JSON.parse(readFileSync(metadataFile, 'utf8')) as { readonly 'buildx.build.warnings'?: readonly BuildWarning[] };
  return (metadata['buildx.build.warnings'] ?? []).map(({ short, detail, url, range }) => {
    const [, ruleName, text] = /^(\w+): (.*?)(?: \(line \d+\))?$/s.exec(decoded(short))!;
    return { ruleName: ruleName!, detail: text!, description: (detail ?? []).map(decoded).join('\n'), url: url ?? '', location: { ranges: range ?? [] } };
  });
}

interface BuildWarning {
  readonly short: string;
  readonly detail?: readonly string[];
  readonly url?: string;
  readonly range?: NonNullable<Location['ranges']>;
}

function decoded(text: string): string {
  return Buffer.from(text, 'base64').toString();
}

function outcome({ exitCode }: CommandResult): string {
  return exitCode === 0 ? 'nothing found' : 'something found';
}

/** Faults whose place BuildKit does not know may have one in OSSB. */
function faultDifferences(buildkit: CheckReport['buildError'], ossb: CheckReport['buildError']): Difference[] {
  const lines = hullOf(buildkit?.location);
  return lines === undefined ? [] : different('check fault', lines, hullOf(ossb?.location) ?? 'nowhere');
}

/** The order means nothing, and neither does a warning that is reported twice. Where there is a fault, BuildKit stops at it, and OSSB may have found more. */
function warningDifferences(buildkit: readonly Warning[], ossb: readonly Warning[], isFault: boolean): Difference[] {
  const left = [...new Set(buildkit.map(warningLine))];
  const right = [...new Set(ossb.map(warningLine))];
  const missing = left.filter((line) => !right.includes(line)).map((line) => ({ where: `check ${line}`, buildkit: 'warns', ossb: 'silent' }));
  const added = isFault ? [] : right.filter((line) => !left.includes(line)).map((line) => ({ where: `check ${line}`, buildkit: 'silent', ossb: 'warns' }));
  return [...missing, ...added];
}

function warningLine({ ruleName, description, url, detail, location }: Warning): string {
  return `${ruleName} (lines ${hullOf(location) ?? 'unknown'}): ${detail} [${description}] ${url}`;
}

/** From the first line of all ranges to the last. */
function hullOf(location: Location | undefined): string | undefined {
  const lines = (location?.ranges ?? []).flatMap(({ start, end }) => [start.line, end.line]).filter((line) => line !== undefined);
  return lines.length === 0 ? undefined : `${Math.min(...lines)}-${Math.max(...lines)}`;
}

function different(where: string, buildkit: string, ossb: string): Difference[] {
  return buildkit === ossb ? [] : [{ where, buildkit, ossb }];
}
