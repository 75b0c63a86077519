import {
  checkDockerfile,
  checkFault,
  checkUpToFault,
  parseDockerfile,
  parseWithFaults,
  type BaseConfig,
  type CheckContext,
  type Dockerfile,
  type ParseOptions,
  type Warning,
} from '../../language/dockerfile/index.ts';
import { buildGraph, describeTargets, type FrontendPorts, type GraphRequest, type GraphResult, type Outline } from '../../decide/frontend/index.ts';
import { BuildError } from '../../core/errors.ts';
import { digestOf, formatPlatform } from '../../core/oci/index.ts';
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

/** The warnings of a Dockerfile whose graph is known. */
export function warningsOf(request: GraphRequest, graph: GraphResult, ignorePatterns: readonly string[] | undefined): Warning[] {
  return checkDockerfile(request.dockerfile, checkContext(request, graph, ignorePatterns));
}

/** The warnings of a Dockerfile of which nothing is built: all stages count unless a target is named. What was found of a file that is at fault is told before the error. */
export async function findWarnings(
  request: GraphRequest,
  ports: FrontendPorts,
  ignorePatterns: readonly string[] | undefined,
  signal: AbortSignal,
  tell: (warning: Warning) => void,
): Promise<Warning[]> {
  const everything = request.target === undefined || request.target === '' ? { ...request, allStages: true } : request;
  try {
    return warningsOf(everything, await buildGraph(everything, ports, signal), ignorePatterns);
  } catch (error) {
    if (error instanceof BuildError) warningsWithoutGraph(everything, ignorePatterns).forEach(tell);
    throw error;
  }
}

/** What the text alone says, where no graph could be made of it. */
export function warningsWithoutGraph(request: GraphRequest, ignorePatterns: readonly string[] | undefined): Warning[] {
  return checkDockerfile(request.dockerfile, checkContext(request, undefined, ignorePatterns));
}

/** Errors: CHECK_FAILED where `# check=error=true` makes a fault of warnings. */
export function throwCheckFault(request: GraphRequest, warnings: readonly Warning[]): void {
  const error = checkFault(request.dockerfile, warnings, { buildArgs: request.buildArgs });
  if (error !== undefined) throw error;
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
export function checkResult(warnings: readonly Warning[], request: GraphRequest): BuildResult {
  const { dockerfile } = request;
  const fault = checkFault(dockerfile, warnings, { buildArgs: request.buildArgs });
  const text =
    warnings.length === 0
      ? 'Check complete, no warnings found.\n'
      : `Check complete, ${warnings.length === 1 ? '1 warning has' : `${warnings.length} warnings have`} been found!\n\n${warnings.map((warning) => warningText(warning, dockerfile)).join('\n')}`;
  const json = {
    warnings: warnings.map(({ rule, description, url, message, location }) => ({
      ruleName: rule,
      description,
      url,
      detail: message,
      location: { ranges: [{ start: { line: location.startLine }, end: { line: location.endLine } }] },
    })),
    sources: [{ filename: dockerfile.file, language: 'Dockerfile', data: Buffer.from(dockerfile.text).toString('base64') }],
    ...(fault === undefined ? {} : { buildError: { message: fault.message } }),
  };
  return { metadata: {}, callResult: { text, json, exitCode: warnings.length === 0 ? 0 : 1 } };
}

export function targetsResult(dockerfile: Dockerfile): BuildResult {
  const list = describeTargets(dockerfile);
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

function checkContext(request: GraphRequest, graph: GraphResult | undefined, ignorePatterns: readonly string[] | undefined): CheckContext {
  return {
    targetPlatform: formatPlatform(request.platform),
    buildPlatform: formatPlatform(request.buildPlatform),
    buildArgs: request.buildArgs,
    target: request.target,
    ...(request.allStages === true || graph === undefined ? {} : { stages: new Set(graph.stages.filter((stage) => stage.needed).map((stage) => stage.index)) }),
    ignorePatterns,
    baseConfig: (stageIndex) => baseConfigOf(graph, stageIndex),
    findings: graph?.findings,
  };
}

function baseConfigOf(graph: GraphResult | undefined, stageIndex: number): BaseConfig | undefined {
  const base = graph?.stages.find(({ index }) => index === stageIndex)?.base;
  if (base === undefined) return undefined;
  const { Env: env, Shell: shell, OnBuild: onBuild } = base.config.config ?? {};
  return { env: env ?? undefined, shell: shell ?? undefined, onBuild: onBuild ?? undefined };
}

function warningText(warning: Warning, dockerfile: Dockerfile): string {
  const { startLine, endLine } = warning.location;
  const lines = dockerfile.text.split(/\r?\n/);
  const shown = lines
    .map((line, i) => ({ line, number: i + 1 }))
    .slice(Math.max(0, startLine - 3), endLine + 2)
    .map(({ line, number }) => `${String(number).padStart(4)} | ${number >= startLine && number <= endLine ? '>>>' : '   '} ${line}`);
  const rule = '-'.repeat(20);
  return `WARNING: ${warning.rule} - ${warning.url}\n${warning.message}\n${dockerfile.file}:${startLine}\n${rule}\n${shown.join('\n')}\n${rule}\n`;
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
