import {
  checkUpToFault,
  parseDockerfile,
  parseWithFaults,
  type CheckContext,
  type Dockerfile,
  type ParseOptions,
  type Warning,
} from '../../language/dockerfile/index.ts';
import type { Frontend, FrontendPorts, FrontendSource, GraphRequest, Outline, TargetList } from '../../decide/frontend/index.ts';
import { BuildError } from '../../core/errors.ts';
import { digestOf } from '../../core/oci/index.ts';
import type { BuildResult } from '../progress/index.ts';

/** A Dockerfile; of one that is at fault, `tell` gets the warnings above its first fault. Errors: as `parseDockerfile`. */
export function parseAndCheck(text: Uint8Array, options: ParseOptions, context: CheckContext, tell: (warning: Warning) => void): Dockerfile {
  try {
    return parseDockerfile(text, options);
  } catch (error) {
    if (error instanceof BuildError) checkUpToFault(parseWithFaults(text, options), context).forEach(tell);
    throw error;
  }
}

/** The warnings of a source of which nothing is built: all stages count unless a target is named. What was found in a source that is at fault is reported before the error. */
export async function findWarnings(
  { frontend, request, ignorePatterns }: CheckCall,
  ports: FrontendPorts,
  signal: AbortSignal,
  tell: (warning: Warning) => void,
): Promise<readonly Warning[]> {
  const everything = request.target === undefined || request.target === '' ? { ...request, allStages: true } : request;
  try {
    return frontend.check(request, { graph: await frontend.graph(everything, ports, signal), ignorePatterns });
  } catch (error) {
    if (error instanceof BuildError) frontend.check(request, { ignorePatterns }).forEach(tell);
    throw error;
  }
}

export interface CheckCall {
  readonly frontend: Frontend;
  readonly request: GraphRequest;
  readonly ignorePatterns: readonly string[] | undefined;
}

/** For an outline: in the place of a base that cannot be resolved stands one without variables and triggers, so that what the text alone says needs no registry. */
export function basesOrNone(ports: FrontendPorts, warn: (message: string) => void): FrontendPorts {
  return {
    ...ports,
    async resolveImageConfig(ref, platform, options, signal) {
      try {
        return await ports.resolveImageConfig(ref, platform, options, signal);
      } catch (error) {
        if (!(error instanceof BuildError)) throw error;
        warn(`${error.message}. What ${ref} adds to the outline is not in it.`);
        return { ref, manifest: digestOf(''), platform, config: { ...platform, rootfs: { type: 'layers', diff_ids: [] } } };
      }
    },
  };
}

/** What `--check` prints: BuildKit's frontend.lint. The exit code is 1 where there are warnings. */
export function checkResult({ source }: Frontend, warnings: readonly Warning[], fault: BuildError | undefined): BuildResult {
  const text =
    warnings.length === 0
      ? 'Check complete, no warnings found.\n'
      : `Check complete, ${warnings.length === 1 ? '1 warning has' : `${warnings.length} warnings have`} been found!\n\n${warnings.map((warning) => warningText(warning, source)).join('\n')}`;
  const json = {
    warnings: warnings.map(({ rule, description, url, message, location }) => ({
      ruleName: rule,
      description,
      url,
      detail: message,
      location: { ranges: [{ start: { line: location.startLine }, end: { line: location.endLine } }] },
    })),
    sources: [{ filename: source.file, language: source.language, data: Buffer.from(source.text).toString('base64') }],
    ...(fault === undefined ? {} : { buildError: { message: fault.message } }),
  };
  return { metadata: {}, callResult: { text, json, exitCode: warnings.length === 0 ? 0 : 1 } };
}

export function targetsResult(list: TargetList): BuildResult {
  const rows = list.targets.map((target) => [`${target.name ?? ''}${target.default === true ? ' (default)' : ''}`.trim(), target.description ?? '']);
  return { metadata: {}, callResult: { text: table(['TARGET', 'DESCRIPTION'], rows), json: list, exitCode: 0 } };
}

export function outlineResult(outline: Outline): BuildResult {
  const parts = [
    `TARGET:      ${outline.name ?? 'default'}\n${outline.description === undefined ? '' : `DESCRIPTION: ${outline.description}\n`}`,
    ...(outline.args === undefined
      ? []
      : [
          table(
            ['BUILD ARG', 'VALUE', 'DESCRIPTION'],
            outline.args.map((arg) => [arg.name, arg.value ?? '', arg.description ?? '']),
          ),
        ]),
    ...(outline.secrets === undefined
      ? []
      : [
          table(
            ['SECRET', 'REQUIRED'],
            outline.secrets.map((secret) => [secret.name, secret.required === true ? 'true' : '']),
          ),
        ]),
    ...(outline.ssh === undefined
      ? []
      : [
          table(
            ['SSH', 'REQUIRED'],
            outline.ssh.map((ssh) => [ssh.name, ssh.required === true ? 'true' : '']),
          ),
        ]),
  ];
  return { metadata: {}, callResult: { text: parts.join('\n'), json: outline, exitCode: 0 } };
}

function warningText(warning: Warning, source: FrontendSource): string {
  const { startLine, endLine } = warning.location;
  const lines = source.text.split(/\r?\n/);
  const shown = lines
    .map((line, i) => ({ line, number: i + 1 }))
    .slice(Math.max(0, startLine - 3), endLine + 2)
    .map(({ line, number }) => `${String(number).padStart(4)} | ${number >= startLine && number <= endLine ? '>>>' : '   '} ${line}`);
  const rule = '-'.repeat(20);
  return `WARNING: ${warning.rule} - ${warning.url}\n${warning.message}\n${source.file}:${startLine}\n${rule}\n${shown.join('\n')}\n${rule}\n`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)) + 3);
  return (
    [header, ...rows]
      .map((row) =>
        row
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join('')
          .trimEnd(),
      )
      .join('\n') + '\n'
  );
}
