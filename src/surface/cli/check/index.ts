import { rules } from '../../../language/dockerfile/index.ts';

export { checkFile, type CheckedFile, type FileFinding } from './check-file.ts';
export { findDockerfiles } from './find-dockerfiles.ts';
export { formatReport, type ReportFormat } from './report.ts';

export function ruleNames(): string[] {
  return rules.map((rule) => rule.name);
}
