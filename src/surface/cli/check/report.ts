import { rules } from '../../../language/dockerfile/index.ts';
import { harmlessText } from '../progress/harmless-text.ts';
import { sourceExcerpt } from '../source-excerpt.ts';
import { version } from '../../../core/version.ts';
import type { CheckedFile, FileFinding } from './check-file.ts';

export type ReportFormat = 'text' | 'json' | 'sarif';

export function formatReport(files: readonly CheckedFile[], format: ReportFormat): string {
  switch (format) {
    case 'text':
      return textReport(files);
    case 'json':
      return `${JSON.stringify(jsonReport(files), undefined, 2)}\n`;
    case 'sarif':
      return `${JSON.stringify(sarifReport(files), undefined, 2)}\n`;
    default:
      return format satisfies never;
  }
}

/** As `docker build --check` prints it, for all files, with the count at the end. */
function textReport(files: readonly CheckedFile[]): string {
  const all = files.flatMap((file) => file.findings.map((finding) => findingText(file.path, finding)));
  const errors = files.flatMap((file) => file.findings).filter((finding) => finding.level === 'error').length;
  const warnings = all.length - errors;
  const parts = [
    ...(errors > 0 ? [count(errors, 'error')] : []),
    ...(warnings > 0 || errors === 0 ? [warnings === 0 ? 'no warnings' : count(warnings, 'warning')] : []),
  ];
  return `${all.map((text) => `${text}\n`).join('')}Check complete: ${count(files.length, 'file')}, ${parts.join(', ')}.\n`;
}

function findingText(path: string, finding: FileFinding): string {
  const { level, rule, url, message, hint, location } = finding;
  const heading = `${level === 'error' ? 'ERROR' : 'WARNING'}: ${harmlessText(rule)}${url === undefined ? '' : ` - ${harmlessText(url)}`}`;
  const source = location === undefined ? `${harmlessText(path)}\n` : sourceExcerpt(location);
  return `${heading}\n${message
    .split('\n')
    .map((line) => harmlessText(line))
    .join('\n')}\n${hint === undefined ? '' : `Hint: ${harmlessText(hint)}\n`}${source}`;
}

/** Warnings have the members that `docker build --call check,format=json` gives them. */
function jsonReport(files: readonly CheckedFile[]): unknown {
  const place = ({ location }: FileFinding): unknown => (location === undefined ? undefined : { startLine: location.startLine, endLine: location.endLine });
  return {
    files: files.map(({ path, findings }) => ({
      path,
      warnings: findings
        .filter((finding) => finding.level === 'warning' || finding.url !== undefined)
        .map((finding) => ({
          ruleName: finding.rule,
          level: finding.level,
          description: finding.description,
          url: finding.url,
          detail: finding.message,
          location: place(finding),
        })),
      errors: findings
        .filter((finding) => finding.level === 'error' && finding.url === undefined)
        .map((finding) => ({ code: finding.rule, message: finding.message, hint: finding.hint, location: place(finding) })),
    })),
  };
}

/** SARIF 2.1.0 (OASIS), as code-scanning services take it. */
function sarifReport(files: readonly CheckedFile[]): unknown {
  const known = rules.map(({ name, description, url }) => ({
    id: name,
    name,
    shortDescription: { text: description },
    helpUri: url,
    defaultConfiguration: { level: 'warning' },
  }));
  const ids = known.map((rule) => rule.id);
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'ossb', version, informationUri: 'https://docs.docker.com/reference/build-checks/', rules: known } },
        results: files.flatMap(({ path, findings }) =>
          findings.map((finding) => ({
            ruleId: finding.rule,
            ...(ids.includes(finding.rule) ? { ruleIndex: ids.indexOf(finding.rule) } : {}),
            level: finding.level,
            message: { text: finding.hint === undefined ? finding.message : `${finding.message}\n${finding.hint}` },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: path.split('/').map(encodeURIComponent).join('/') },
                  ...(finding.location === undefined ? {} : { region: { startLine: finding.location.startLine, endLine: finding.location.endLine } }),
                },
              },
            ],
          })),
        ),
      },
    ],
  };
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
