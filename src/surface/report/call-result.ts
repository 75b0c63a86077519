import type { BuildError } from '../../core/errors.ts';
import type { Frontend, FrontendSource, Outline, TargetList } from '../../decide/frontend/index.ts';
import type { Warning } from '../../language/dockerfile/index.ts';
import type { BuildResult } from '../progress/index.ts';

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
